"""What leaves the product as a file or a printed text; every part reads ``Facts`` or the store's accounting."""
