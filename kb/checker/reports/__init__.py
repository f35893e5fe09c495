"""The forms in which findings are written for other programs: SARIF for code scanning, JUnit for CI."""
