package dev.onecycle.torch.nn;

import dev.onecycle.data.ImageShape;
import dev.onecycle.error.Require;

/**
 * A network with its name and what goes in and comes out: uint8 images [N, C, H, W] to class scores
 * float [N, classes].
 *
 * @param name what run records and weight files call it
 * @param input the shape of one image
 * @param classes the number of class scores
 * @param layers float images, normalised, to scores
 */
public record Network(String name, ImageShape input, int classes, Layer layers) {
  public Network {
    Require.atLeast("classes", classes, 2);
  }
}
