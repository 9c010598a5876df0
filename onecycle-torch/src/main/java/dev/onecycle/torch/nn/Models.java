package dev.onecycle.torch.nn;

import static dev.onecycle.torch.nn.Layer.named;
import static dev.onecycle.torch.nn.Layer.sequence;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import dev.onecycle.torch.nn.Layer.BatchNorm;
import dev.onecycle.torch.nn.Layer.Conv;
import dev.onecycle.torch.nn.Layer.Dropout;
import dev.onecycle.torch.nn.Layer.Gelu;
import dev.onecycle.torch.nn.Layer.GlobalAveragePool;
import dev.onecycle.torch.nn.Layer.GlobalMaxPool;
import dev.onecycle.torch.nn.Layer.Linear;
import dev.onecycle.torch.nn.Layer.MaxPool;
import dev.onecycle.torch.nn.Layer.Named;
import dev.onecycle.torch.nn.Layer.Relu;
import dev.onecycle.torch.nn.Layer.Residual;
import dev.onecycle.torch.nn.Layer.Scale;
import dev.onecycle.torch.nn.Layer.Sequential;
import dev.onecycle.torch.nn.Layer.ViewMean;
import dev.onecycle.torch.nn.Layer.ViewMean.Views;
import dev.onecycle.torch.nn.Layer.Whitening;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The models that come with the library, for images from 8×8 up ({@code fast}: 16×16). */
public final class Models {
  private static final String FAST = "fast";
  private static final String RESNET = "resnet";
  private static final String RESNET9 = RESNET + 9;

  /** The greatest side of the images that the networks for CIFAR-size images are made for. */
  private static final int SMALL_IMAGES = 96;

  /** From this side on, a residual network for photos shrinks images at once. */
  private static final int PHOTO = 64;

  private static final List<ModelSpec> ALL = all();

  private Models() {}

  private static List<ModelSpec> all() {
    ModelSpec.Defaults sources =
        new ModelSpec.Defaults(128, LearnerSettings.defaults(), Augmentation.standard());
    List<ModelSpec> models = new ArrayList<>();
    for (int depth : new int[] {20, 32, 44, 56, 110}) {
      models.add(
          new ModelSpec(
              RESNET + depth,
              8,
              SMALL_IMAGES,
              (input, classes, dropout) -> resnet(depth, input, classes, dropout),
              sources));
    }
    models.add(new ModelSpec(RESNET9, 8, SMALL_IMAGES, Models::resnet9, sources));
    models.add(
        new ModelSpec(
            FAST,
            16,
            SMALL_IMAGES,
            Models::fast,
            // The reasons for these choices are in docs/internals/performance-log.md.
            new ModelSpec.Defaults(
                512,
                LearnerSettings.builder()
                    .optimizer(Optimizer.muon())
                    .weightDecay(3e-3)
                    .loss(new Loss.CrossEntropy(List.of(), 0.1))
                    .batchNormMomentum(0.4)
                    .biasRate(64)
                    .build(),
                Augmentation.standard().withPad(2))));
    for (PhotoResnet photo : PhotoResnet.values()) {
      models.add(
          new ModelSpec(
              RESNET + photo.depth,
              8,
              Integer.MAX_VALUE,
              (input, classes, dropout) -> photoResnet(photo.depth, input, classes, dropout),
              new ModelSpec.Defaults(
                  photo.batchSize, LearnerSettings.defaults(), Augmentation.standard())));
    }
    return List.copyOf(models);
  }

  /** All models, in the order of help texts. */
  public static List<ModelSpec> list() {
    return ALL;
  }

  /** The names that {@link #byName} knows. */
  public static List<String> names() {
    return ALL.stream().map(ModelSpec::name).toList();
  }

  /**
   * A model by its name.
   *
   * @throws dev.onecycle.error.InvalidValueException listing the names where it is unknown
   */
  public static ModelSpec byName(String name) {
    return ALL.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(() -> Require.invalid("model", "one of " + String.join(", ", names()), name));
  }

  /**
   * The residual networks for CIFAR-size images: three stages of (depth − 2)/6 blocks, 16, 32 and
   * 64 channels wide.
   *
   * <p><i>Source:</i> He et al. 2015 (arXiv 1512.03385, section 4.2). <i>Deviation:</i> as in
   * Gugger's notebook, a shortcut that changes shape is a 1×1 convolution (their option B).
   *
   * @param depth 20, 32, 44, 56, 110 or any other 6n + 2
   * @param dropout rate of the features before the last layer, in [0, 1); 0 for no dropout layer
   */
  public static Network resnet(int depth, ImageShape input, int classes, double dropout) {
    Require.that(depth >= 8 && depth % 6 == 2, "depth", "6n + 2, such as 20 or 56", depth, depth);
    Require.inHalfOpen("dropout", dropout, 0, 1);
    int blocks = (depth - 2) / 6;
    List<Named> parts = new ArrayList<>();
    parts.add(named("conv1", conv(input.channels(), 16, 3, 1)));
    parts.add(named("bn1", new BatchNorm(16)));
    parts.add(named("relu", new Relu()));
    int width = 16;
    for (int stage = 1; stage <= 3; stage++) {
      int out = 8 << stage;
      List<Named> stageParts = new ArrayList<>();
      for (int i = 0; i < blocks; i++) {
        stageParts.add(named("" + i, block(width, out, stage > 1 && i == 0 ? 2 : 1)));
        stageParts.add(named("relu" + i, new Relu()));
        width = out;
      }
      parts.add(named("layer" + stage, new Sequential(stageParts)));
    }
    parts.add(named("pool", new GlobalAveragePool()));
    if (dropout > 0) {
      parts.add(named("dropout", new Dropout(dropout)));
    }
    parts.add(named("fc", new Linear(64, classes, true)));
    return new Network(RESNET + depth, input, classes, new Sequential(parts));
  }

  /**
   * The residual networks for photos: the blocks of their four stages, and what they are made of.
   */
  private enum PhotoResnet {
    RESNET18(18, List.of(2, 2, 2, 2), false, 64),
    RESNET34(34, List.of(3, 4, 6, 3), false, 64),
    RESNET50(50, List.of(3, 4, 6, 3), true, 32);

    final int depth;
    final List<Integer> blocks;
    final boolean bottlenecks;
    final int batchSize;

    PhotoResnet(int depth, List<Integer> blocks, boolean bottlenecks, int batchSize) {
      this.depth = depth;
      this.blocks = blocks;
      this.bottlenecks = bottlenecks;
      this.batchSize = batchSize;
    }
  }

  /**
   * The residual networks for photos, with the names of weights that torchvision gives them: four
   * stages, 64 to 512 channels wide, or four times that for depth 50.
   *
   * <p>Images of 64 pixels a side or more are shrunk at once, by a convolution of 7×7 with stride 2
   * and a pooling; smaller ones begin with a convolution of 3×3, as nothing would be left of them.
   *
   * <p><i>Source:</i> He et al. 2015 (arXiv 1512.03385, table 1), with the stride of a bottleneck
   * in its 3×3 convolution, as in torchvision.
   *
   * @param depth 18, 34 or 50
   * @param dropout rate of the features before the last layer, in [0, 1); 0 for no dropout layer
   */
  public static Network photoResnet(int depth, ImageShape input, int classes, double dropout) {
    PhotoResnet kind =
        Stream.of(PhotoResnet.values())
            .filter(photo -> photo.depth == depth)
            .findFirst()
            .orElseThrow(() -> Require.invalid("depth", "18, 34 or 50", depth));
    Require.inHalfOpen("dropout", dropout, 0, 1);
    boolean photo = Math.min(input.height(), input.width()) >= PHOTO;
    List<Named> parts = new ArrayList<>();
    parts.add(
        named(
            "conv1",
            photo
                ? new Conv(input.channels(), 64, 7, 2, 3, false)
                : conv(input.channels(), 64, 3, 1)));
    parts.add(named("bn1", new BatchNorm(64)));
    parts.add(named("relu", new Relu()));
    if (photo) {
      parts.add(named("maxpool", new MaxPool(3, 2, 1)));
    }
    int width = 64;
    for (int stage = 1; stage <= 4; stage++) {
      int inner = 32 << stage;
      int out = kind.bottlenecks ? 4 * inner : inner;
      List<Named> stageParts = new ArrayList<>();
      for (int i = 0; i < kind.blocks.get(stage - 1); i++) {
        int stride = stage > 1 && i == 0 ? 2 : 1;
        stageParts.add(
            named(
                "" + i,
                kind.bottlenecks
                    ? bottleneck(width, inner, out, stride)
                    : block(width, out, stride)));
        stageParts.add(named("relu" + i, new Relu()));
        width = out;
      }
      parts.add(named("layer" + stage, new Sequential(stageParts)));
    }
    parts.add(named("avgpool", new GlobalAveragePool()));
    if (dropout > 0) {
      parts.add(named("dropout", new Dropout(dropout)));
    }
    parts.add(named("fc", new Linear(width, classes, true)));
    return new Network(RESNET + depth, input, classes, new Sequential(parts));
  }

  private static Layer bottleneck(int in, int inner, int out, int stride) {
    Layer body =
        sequence(
            named("conv1", conv(in, inner, 1, 1)),
            named("bn1", new BatchNorm(inner)),
            named("relu1", new Relu()),
            named("conv2", conv(inner, inner, 3, stride)),
            named("bn2", new BatchNorm(inner)),
            named("relu2", new Relu()),
            named("conv3", conv(inner, out, 1, 1)),
            named("bn3", new BatchNorm(out)));
    return new Residual(body, shortcut(in, out, stride));
  }

  private static Layer shortcut(int in, int out, int stride) {
    return stride == 1 && in == out
        ? Layer.identity()
        : sequence(conv(in, out, 1, stride), new BatchNorm(out));
  }

  private static Layer block(int in, int out, int stride) {
    Layer body =
        sequence(
            named("conv1", conv(in, out, 3, stride)),
            named("bn1", new BatchNorm(out)),
            named("relu", new Relu()),
            named("conv2", conv(out, out, 3, 1)),
            named("bn2", new BatchNorm(out)));
    return new Residual(body, shortcut(in, out, stride));
  }

  /**
   * David Page's ResNet-9: four convolutions and two residual pairs, wide and shallow.
   *
   * <p><i>Source:</i> D. Page 2018, "How to train your ResNet 4: architecture", cifar10-fast.
   * <i>Deviation:</i> the last max-pooling spans the whole image, so that other sizes work.
   *
   * @param dropout rate of the features before the last layer, in [0, 1); 0 for no dropout layer
   */
  public static Network resnet9(ImageShape input, int classes, double dropout) {
    Require.inHalfOpen("dropout", dropout, 0, 1);
    List<Named> parts = new ArrayList<>();
    parts.add(named("prep", convBnRelu(input.channels(), 64)));
    parts.add(named("layer1", pooled(64, 128)));
    parts.add(named("residual1", twice(128)));
    parts.add(named("layer2", pooled(128, 256)));
    parts.add(named("layer3", pooled(256, 512)));
    parts.add(named("residual3", twice(512)));
    parts.add(named("pool", new GlobalMaxPool()));
    if (dropout > 0) {
      parts.add(named("dropout", new Dropout(dropout)));
    }
    parts.add(named("fc", new Linear(512, classes, false)));
    parts.add(named("scale", new Scale(0.125)));
    return new Network(RESNET9, input, classes, new Sequential(parts));
  }

  private static Layer pooled(int in, int out) {
    return sequence(
        named("conv", conv(in, out, 3, 1)),
        named("bn", new BatchNorm(out)),
        named("relu", new Relu()),
        named("pool", new MaxPool(2)));
  }

  private static Layer twice(int width) {
    return new Residual(
        sequence(named("res1", convBnRelu(width, width)), named("res2", convBnRelu(width, width))),
        Layer.identity());
  }

  private static Layer convBnRelu(int in, int out) {
    return sequence(
        named("conv", conv(in, out, 3, 1)),
        named("bn", new BatchNorm(out)),
        named("relu", new Relu()));
  }

  /**
   * A network for high accuracy in little time: a fixed whitening of the pixels, then three blocks
   * of three wide convolutions. The first convolution of a block is followed by a pooling; the
   * other two are a residual pair.
   *
   * <p><i>Source:</i> K. Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU" (arXiv
   * 2404.00498), which builds on D. Page's "How to train your ResNet".
   * docs/internals/performance-log.md says which parts were kept and why.
   *
   * @param dropout rate of the features before the last layer, in [0, 1); 0 for no dropout layer
   */
  public static Network fast(ImageShape input, int classes, double dropout) {
    Require.inHalfOpen("dropout", dropout, 0, 1);
    Whitening whitening = new Whitening(input.channels(), 2);
    List<Named> parts = new ArrayList<>();
    parts.add(named("whiten", whitening));
    parts.add(named("act", new Gelu()));
    parts.add(named("block1", pooledTriple(whitening.out(), 64)));
    parts.add(named("block2", pooledTriple(64, 256)));
    parts.add(named("block3", pooledTriple(256, 512)));
    parts.add(named("pool", new GlobalMaxPool()));
    if (dropout > 0) {
      parts.add(named("dropout", new Dropout(dropout)));
    }
    parts.add(named("fc", new Linear(512, classes, false)));
    parts.add(named("scale", new Scale(1 / 9.0)));
    return new Network(
        FAST, input, classes, new ViewMean(new Sequential(parts), Views.FLIP_AND_SHIFT));
  }

  private static Layer pooledTriple(int in, int out) {
    Layer pair =
        sequence(
            named("conv2", identityConv(out, out)),
            named("bn2", new BatchNorm(out)),
            named("act2", new Gelu()),
            named("conv3", identityConv(out, out)),
            named("bn3", new BatchNorm(out)));
    return sequence(
        named("conv1", identityConv(in, out)),
        named("pool", new MaxPool(2)),
        named("bn1", new BatchNorm(out)),
        named("act1", new Gelu()),
        named("residual", new Residual(pair, Layer.identity())),
        named("act3", new Gelu()));
  }

  private static Conv identityConv(int in, int out) {
    return new Conv(in, out, 3, 1, 1, false).withInit(Conv.Init.IDENTITY);
  }

  /**
   * A convolution that keeps the size, up to the stride; its bias would vanish in the batch norm.
   */
  private static Conv conv(int in, int out, int kernel, int stride) {
    return new Conv(in, out, kernel, stride, kernel / 2, false);
  }
}
