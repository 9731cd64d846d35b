"""The published list as papers: Word, PDF, and the sheets that offices print."""
