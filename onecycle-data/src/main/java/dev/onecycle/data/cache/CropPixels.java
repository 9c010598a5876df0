package dev.onecycle.data.cache;

import dev.onecycle.data.image.ImageShape;

/** The larger pixels of training images, for random crops, in the same slots as their others. */
record CropPixels(ImageShape shape, SlotPixels store) {}
