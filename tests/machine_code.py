"""Some facts are those of compiled functions; where they are left Python there is nothing to look at."""

import numba
import pytest

needs_machine_code = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="functions are not compiled")
