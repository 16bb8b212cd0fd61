"""The JavaScript that runs mini programs, with what finds and installs its dependencies."""
