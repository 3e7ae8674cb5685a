"""An installation from the command line: served, examined, looked after."""
