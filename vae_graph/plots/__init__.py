"""Pictures of a trained model, drawn with matplotlib."""
