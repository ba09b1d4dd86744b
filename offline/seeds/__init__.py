"""Records in files: a folder of JSON and CSV becomes what a mock holds, and back."""
