"""Settings of hypothesis for all tests: no deadline, because the first call of a compiled function compiles it."""

from hypothesis import settings

settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
