from imu_hip.api import analyze as analyze
from imu_hip.api import read as read

__version__: str
