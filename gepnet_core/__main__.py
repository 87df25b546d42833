"""`python -m gepnet_core`."""

from gepnet_core.cli import main

raise SystemExit(main())
