"""What to do about a Bluetooth that cannot be used: the errors of every system, in sentences."""

from __future__ import annotations

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError

_NO_ADAPTER = "this computer has no Bluetooth adapter: plug one in"
_OFF = "Bluetooth is off: switch it on"
_NO_SERVICE = (
    "the Bluetooth service of this computer does not run: install BlueZ (Debian: sudo apt-get install bluez), "
    "then sudo systemctl start bluetooth"
)
_NO_BUS = (
    "this computer has no system message bus (D-Bus), which Bluetooth needs: install dbus and bluez, then start both "
    "(a container needs the host's /run/dbus)"
)
_NO_PERMISSION = (
    "this account may not use Bluetooth: add it to the group bluetooth (sudo usermod -aG bluetooth $USER), "
    "then log in again"
)
_DENIED = "Bluetooth is not permitted: allow it for this program (or its terminal) in the system's privacy settings"
_UNKNOWN = (
    "Bluetooth cannot be used: see that the adapter is there and switched on, its service runs, and this program "
    "is permitted to use it"
)

_BY_REASON = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: _NO_ADAPTER,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: (
        "this Bluetooth adapter cannot use low-energy sensors: plug in a newer one"
    ),
    BleakBluetoothNotAvailableReason.POWERED_OFF: _OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: _DENIED,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: (
        "Bluetooth is not permitted on this computer: ask its administrator"
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: _DENIED,
}
_BY_DBUS_ERROR = {
    "org.bluez.Error.NotReady": _OFF,
    "org.bluez.Error.NotPermitted": _NO_PERMISSION,
    "org.bluez.Error.NotAuthorized": _NO_PERMISSION,
    "org.freedesktop.DBus.Error.AccessDenied": _NO_PERMISSION,
    "org.freedesktop.DBus.Error.ServiceUnknown": _NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": _NO_SERVICE,
    "org.freedesktop.DBus.Error.NoReply": _NO_SERVICE,
    "org.freedesktop.DBus.Error.UnknownObject": _NO_ADAPTER,
}
# Where the bus or systemd should start the service and cannot, every way in which that fails has a name of its own.
_NOT_STARTED = ("org.freedesktop.DBus.Error.Spawn.", "org.freedesktop.systemd1.")
# Windows: ERROR_NOT_READY and ERROR_DEVICE_NOT_AVAILABLE as HRESULT, the radio is off; E_ACCESSDENIED.
_BY_WINDOWS_ERROR = {-2147024875: _OFF, -2147020577: _OFF, -2147024891: _DENIED}

_COMMANDS = {
    _OFF: {
        "linux": "bluetoothctl power on",
        "darwin": 'open "x-apple.systempreferences:com.apple.BluetoothSettings"',
        "win32": "start ms-settings:bluetooth",
    },
    _DENIED: {
        "darwin": 'open "x-apple.systempreferences:com.apple.preference.security?Privacy_Bluetooth"',
        "win32": "start ms-settings:privacy-radios",
    },
    _NO_PERMISSION: {"linux": "sudo usermod -aG bluetooth $USER"},
    _NO_SERVICE: {"linux": "sudo systemctl enable --now bluetooth"},
}


def is_denied(error: BaseException | None) -> bool:
    """Whether Bluetooth cannot be used for want of a permission."""
    return _sentence(error) in (_DENIED, _NO_PERMISSION)


def command_against(error: BaseException | None, system: str) -> str:
    """Return the command that mends it, or opens the settings that do, on a `sys.platform`; "" where there is none."""
    return _COMMANDS.get(_sentence(error), {}).get(system, "")


def what_to_do(error: Exception) -> str:
    """Return one sentence that says what to do; where nobody knows that, with what the system said at its end."""
    sentence = _sentence(error)
    return f"{sentence} [{_detail(error)}]" if sentence is _UNKNOWN else sentence


def _sentence(error: BaseException | None) -> str:
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _BY_REASON.get(error.reason, _UNKNOWN)
    if isinstance(error, BleakDBusError) and error.dbus_error.startswith(_NOT_STARTED):
        return _NO_SERVICE
    if isinstance(error, BleakDBusError):
        return _BY_DBUS_ERROR.get(error.dbus_error, _UNKNOWN)
    windows_error = getattr(error, "winerror", None)
    if windows_error in _BY_WINDOWS_ERROR:
        return _BY_WINDOWS_ERROR[windows_error]
    if isinstance(error, PermissionError):
        return _NO_PERMISSION
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return _NO_BUS
    return _UNKNOWN


def _detail(error: Exception) -> str:
    text = error.args[0] if isinstance(error, BleakBluetoothNotAvailableError) else str(error)
    return " ".join(f"{type(error).__name__}: {text}".split())
