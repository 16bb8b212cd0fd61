"""What a run found, as text, HTML, JUnit and JSON."""
