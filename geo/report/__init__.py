"""What leaves as a file or a printed text; every part reads ``Facts`` or the store's accounting."""
