"""From folders on disk to batches."""
