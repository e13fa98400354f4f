"""What one does with a trained model: encode, decode, generate, look."""
