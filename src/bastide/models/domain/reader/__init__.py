"""What the built-in reader knows of words, questions and sentences: pure functions, no weights."""
