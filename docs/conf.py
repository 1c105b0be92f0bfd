"""How the pages become a site: ``python3 tools/site FOLDER``. Their root is the checkout, so that links lead on."""

import imu_hip

project = "imu_hip"
author = "The imu_hip authors"
copyright = author  # Sphinx wants it by this name
release = imu_hip.__version__

extensions = ["myst_parser"]
include_patterns = ["docs/**", "firmware_protocol/*.md", "recordings/README.md", "*.md"]
exclude_patterns = ["README.md", "SECURITY.md"]
root_doc = "docs/index"
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["myst.header"]

html_theme = "furo"
html_title = f"imu_hip {release}"
html_show_copyright = False
html_show_sphinx = False
