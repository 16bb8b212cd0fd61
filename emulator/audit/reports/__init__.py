"""The reports of an audit: for a terminal, as HTML, JUnit XML and SARIF."""
