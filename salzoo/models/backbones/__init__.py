"""Image classification networks that the saliency models are built on, one file each."""
