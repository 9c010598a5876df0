package dev.onecycle.torch.job;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Flip;
import dev.onecycle.data.augment.Mixing;
import dev.onecycle.data.augment.PadMode;
import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.Resize;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.range.Ramp;
import dev.onecycle.range.RangeTest;
import dev.onecycle.run.files.SettingsFile;
import dev.onecycle.schedule.Anneal;
import dev.onecycle.schedule.MomentumRange;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.schedule.PolicyChoice.Parameter;
import dev.onecycle.text.Nearest;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.ScriptFile;
import dev.onecycle.torch.script.ScriptNetwork;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.KeptNormalizations;
import dev.onecycle.torch.settings.LayerRules;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Optimizer;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.LearningRateFinder;
import dev.onecycle.torch.train.RangeLoss;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.TrainingPlan;
import dev.onecycle.torch.weights.MappingRules;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a training: a value for each of its settings, given or by default.
 *
 * <p>A value, begun by {@link #of} and changed by its {@code with} methods:
 *
 * <pre>{@code
 * TrainingConfig config = TrainingConfig.of("photos/").with(EPOCHS, 20).with(MAX_LR, 0.4);
 * }</pre>
 *
 * <p>A setting is one constant of this class. From it come the key in YAML and JSON files, the
 * environment variable, the option on the command line and its help. A setting that is not given
 * has the model's default, or else its own.
 */
public final class TrainingConfig {
  /** Settings that belong together; the command line offers and shows them so. */
  public enum Group {
    /** Which images, and how they are read. */
    DATA("Data"),
    /** Network, optimizer, and what they are computed with. */
    LEARNER("Network and optimizer"),
    /** Random changes of training images. */
    AUGMENTATION("Augmentation"),
    /** Length and peak rate of the cycle. */
    LENGTH("Length and peak rate"),
    /** The policy over the cycle. */
    POLICY("Policy"),
    /** The range test that finds the peak rate. */
    RANGE_TEST("Range test"),
    /** Evaluation and saving of a run. */
    RUN("Evaluation and saving");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    /** The heading in help texts. */
    public String title() {
      return title;
    }
  }

  /** The optimizers by name. */
  public enum OptimizerName {
    /** Stochastic gradient descent with momentum. */
    SGD,
    /** With Nesterov's momentum. */
    NESTEROV,
    /** Adam with decoupled weight decay. */
    ADAMW,
    /** Momentum made orthogonal for convolutions. */
    MUON
  }

  /** The batch norms of frozen layers. */
  public enum FrozenNorms {
    /** They use their running statistics and change in nothing, as in Keras. */
    FIXED,
    /** They are trained, as in fastai. */
    TRAINED
  }

  /** The reaction to a run that cannot be saved. */
  public enum OnSaveError {
    /** End the run. */
    STOP,
    /** Say so, and try again at the next checkpoint. */
    WARN
  }

  /** The reaction to a divergence, see {@link dev.onecycle.record.LossWatch}. */
  public enum OnDivergence {
    /** End the run. */
    STOP,
    /**
     * Go back to the last checkpoint before the losses rose, and on with a third of the rates, at
     * most 3 times.
     */
    RETRY
  }

  private static final String[] NOTHING = {};
  private static final double MAX_MINUTES = 60 * 24 * 365;
  private static final double MAX_RATE = 1e15; // far above any use, far below float32's overflow
  private static final int MIN_STEPS_A_DECADE = 3;
  private static final int MIN_RANGE_STEPS = 10; // RangeTest reads no fewer
  private static final int MAX_THREADS = 256; // each has a replica of the network
  private static final int MAX_STREAM_READERS = 1024; // each is a thread
  private static final Map<Setting<?>, Group> SETTINGS = new LinkedHashMap<>();

  // ---- Data

  /** The images: a path or a name. */
  public static final Setting<String> DATA =
      in(
          Group.DATA,
          Setting.text(
                  "data",
                  "DATA",
                  "A folder, a .zip, or a .tar, plain or compressed by gzip, xz, bzip2 or zstd, of"
                      + " train/CLASS/IMAGE and test/CLASS/IMAGE, or of CLASS/IMAGE, or of images"
                      + " with labels or label_pattern; tar shards, a folder of them or"
                      + " photos-{000..099}.tar; CIFAR binary; IDX; or cifar10, cifar100, mnist,"
                      + " fashion-mnist (downloaded), shapes (generated).")
              .path()
              .changeableOnResume());

  /** The size of the images. */
  public static final Setting<ImageSize> IMAGE_SIZE =
      in(
          Group.DATA,
          Setting.size(
              "image_size",
              "Resize to S×S, or to height H and width W, in pixels. Default: as stored, or about"
                  + " as many pixels as 64×64 where sizes differ."));

  /** How images get another size. */
  public static final Setting<Resize> RESIZE =
      in(
          Group.DATA,
          Setting.choice(
                  "resize",
                  "HOW",
                  Resize.class,
                  "How images get another size: crop covers the size and cuts off the rest around"
                      + " the centre, squash changes proportions, pad adds black borders.")
              .or(Resize.CROP));

  /** Whether the orientation that a camera noted is applied. */
  public static final Setting<Orientation> ORIENTATION =
      in(
          Group.DATA,
          Setting.choice(
                  "orientation",
                  "WHAT",
                  Orientation.class,
                  "The EXIF orientation of images: apply turns them upright, ignore leaves pixels"
                      + " as stored.")
              .or(Orientation.APPLY));

  /** The most pixels of an image. */
  public static final Setting<Integer> MAX_PIXELS =
      in(
          Group.DATA,
          Setting.whole(
                  "max_pixels", "N", "Most pixels of an image; a larger one is refused unread.")
              .or(DecodeOptions.STANDARD_MAX_PIXELS)
              .atLeast(1)
              .atMost(DecodeOptions.LARGEST_MAX_PIXELS)
              .changeableOnResume());

  /** Whether images that cannot be read are left out. */
  public static final Setting<Boolean> SKIP_BAD =
      in(
          Group.DATA,
          Setting.flag("skip_bad", "Leave out images that cannot be read, and list them.")
              .or(false));

  /** The encoding of names of files that do not say theirs. */
  public static final Setting<String> ENCODING =
      in(
          Group.DATA,
          Setting.text(
              "encoding",
              "NAME",
              "Encoding of names in archives that do not say theirs: cp850, gbk, shift_jis."
                  + " Default: UTF-8 where they can be, else cp437 in a zip, ISO-8859-1"
                  + " elsewhere."));

  /** Whether links that lead out of the folder are followed. */
  public static final Setting<Boolean> FOLLOW_LINKS =
      in(
          Group.DATA,
          Setting.flag("follow_links", "Follow links that lead out of the folder.").or(false));

  /** Whether a class may have no image to train on. */
  public static final Setting<Boolean> ALLOW_EMPTY_CLASSES =
      in(
          Group.DATA,
          Setting.flag("allow_empty_classes", "Allow classes without images.").or(false));

  /** The CSV file of classes. */
  public static final Setting<String> LABELS =
      in(
          Group.DATA,
          Setting.text(
                  "labels",
                  "FILE",
                  "CSV file with the classes of the images, which need not lie in class folders.")
              .path()
              .changeableOnResume());

  /** The column of images in the CSV file of classes. */
  public static final Setting<String> IMAGE_COLUMN =
      in(
          Group.DATA,
          Setting.text(
              "image_column",
              "NAME",
              "Column of images in the CSV file. Default: image, id, filename or the like."));

  /** The column of classes in the CSV file of classes. */
  public static final Setting<String> LABEL_COLUMN =
      in(
          Group.DATA,
          Setting.text(
              "label_column",
              "NAME",
              "Column of classes in the CSV file. Default: label, class, category or the like."));

  /** The pattern that finds the class in the name of a file. */
  public static final Setting<String> LABEL_PATTERN =
      in(
          Group.DATA,
          Setting.text(
              "label_pattern",
              "REGEX",
              "Take the class from the name of an image's file: the first group of this regular"
                  + " expression, '(.+)_[0-9]+' for example."));

  /** The share of the training images that is held out. */
  public static final Setting<Double> VALIDATION_SHARE =
      in(
          Group.DATA,
          Setting.number(
                  "validation_share",
                  "SHARE",
                  "Share of each class held out of the training images to judge epochs on. Default:"
                      + " a tenth where there is no val or test set.")
              .above(0)
              .below(1));

  /** The most training images. */
  public static final Setting<Integer> LIMIT =
      in(
          Group.DATA,
          Setting.whole(
                  "limit",
                  "N",
                  "Train on at most N images, drawn by the seed in the shares of the classes.")
              .atLeast(1));

  /** Whether tar shards are read as a stream. */
  public static final Setting<Boolean> STREAM =
      in(
          Group.DATA,
          Setting.flag(
                  "stream",
                  "Read tar shards as a stream: neither listed nor cached, for very many images.")
              .or(false));

  /** The readers of a stream. */
  public static final Setting<Integer> STREAM_READERS =
      in(
          Group.DATA,
          Setting.whole(
                  "stream_readers",
                  "N",
                  "Readers of a stream, each of a part of the shards; a multiple of the ranks, so"
                      + " that no two ranks read the same.")
              .or(DataOptions.STANDARD_STREAM_READERS)
              .atLeast(1)
              .atMost(MAX_STREAM_READERS));

  /** The images of a stream that are shuffled among each other. */
  public static final Setting<Integer> STREAM_WINDOW =
      in(
          Group.DATA,
          Setting.whole(
                  "stream_window",
                  "N",
                  "Images of a stream that are held, as stored, to be shuffled.")
              .or(DataOptions.STANDARD_STREAM_WINDOW)
              .atLeast(1));

  /** Whether downloads are forbidden. */
  public static final Setting<Boolean> OFFLINE =
      in(Group.DATA, Setting.flag("offline", "Download nothing.").or(false).changeableOnResume());

  /** The folder of downloads and decoded images. */
  public static final Setting<String> CACHE =
      in(
          Group.DATA,
          Setting.text(
                  "cache",
                  "FOLDER",
                  "Folder of downloads and decoded images. Default: ~/.cache/onecycle.")
              .path()
              .changeableOnResume());

  /** The most bytes of decoded images in the cache. */
  public static final Setting<Long> MAX_CACHE =
      in(
          Group.DATA,
          Setting.bytes(
                  "max_cache",
                  "SIZE",
                  "Most bytes of the decoded images in the cache: 20G, 500M, 0. Images that take"
                      + " more are decoded each time they are read. Default: 64G, and 80 % of the"
                      + " free disk.")
              .atLeast(0)
              .changeableOnResume());

  // ---- Network and optimizer

  /** The name of the network, or its file. */
  public static final Setting<String> MODEL =
      in(
          Group.LEARNER,
          Setting.namedOrFile(
                  "model",
                  "NAME|FILE",
                  Models.names(),
                  TrainingConfig::isScript,
                  "The network, by name, or a TorchScript file of Python, network.pt, with"
                      + " trust_model.")
              .or("resnet20")
              .alias("-m"));

  /** Whether a file may be run as the network. */
  public static final Setting<Boolean> TRUST_MODEL =
      in(
          Group.LEARNER,
          Setting.flag(
                  "trust_model",
                  "Run the TorchScript file that is the network: a program with your rights, so"
                      + " only one whose maker you know.")
              .or(false));

  /** The number of images in an optimizer step. */
  public static final Setting<Integer> BATCH_SIZE =
      in(
          Group.LEARNER,
          Setting.whole(
                  "batch_size",
                  "N",
                  "Images in an optimizer step. Training has smaller steps by default where these"
                      + " would make fewer than 200 updates.")
              .or(128)
              .atLeast(2)
              .alias("-b"));

  /** The optimizer. */
  public static final Setting<OptimizerName> OPTIMIZER =
      in(
          Group.LEARNER,
          Setting.choice("optimizer", "NAME", OptimizerName.class, "The optimizer.")
              .or(OptimizerName.SGD));

  /** The strength of weight decay. */
  public static final Setting<Double> WEIGHT_DECAY =
      in(
          Group.LEARNER,
          Setting.number("weight_decay", "W", "Strength of weight decay.")
              .or(1e-4)
              .atLeast(0)
              .atMost(LearnerSettings.MAX_FACTOR)
              .alias("--wd"));

  /** Whether weight decay shrinks the weights directly. */
  public static final Setting<Boolean> DECOUPLED_DECAY =
      in(
          Group.LEARNER,
          Setting.flag(
                  "decoupled_decay",
                  "Shrink weights directly instead of adding decay to the gradient (sgd,"
                      + " nesterov; adamw and muon always do).")
              .or(false));

  /** Whether batch norms and biases decay too. */
  public static final Setting<Boolean> NORM_DECAY =
      in(
          Group.LEARNER,
          Setting.flag("norm_decay", "Let batch norms and biases decay too.").or(true));

  /** The weights that a training begins with. */
  public static final Setting<String> FROM =
      in(
          Group.LEARNER,
          Setting.text(
                  "from",
                  "FILE|RUN",
                  "Begin with the weights of a file (safetensors, or .pth or .pt of PyTorch) or of"
                      + " an earlier run.")
              .path());

  /** The last layer of a training that begins with weights of a file. */
  public static final Setting<MappingRules.Head> HEAD =
      in(
          Group.LEARNER,
          Setting.choice(
                  "head",
                  "RULE",
                  MappingRules.Head.class,
                  "Last layer where the weights are from a file: from the file too (same), random"
                      + " (new), or random where the file has another size (new_if_other_size).")
              .or(MappingRules.Head.NEW_IF_OTHER_SIZE));

  /** The start of the names of the arrays that a weight file is read for. */
  public static final Setting<String> FROM_PREFIX =
      in(
          Group.LEARNER,
          Setting.text(
              "from_prefix",
              "TEXT",
              "Take the arrays of the file whose names start so, without it, and no others:"
                  + " backbone."));

  /** The renaming of the arrays of a weight file. */
  public static final Setting<String> FROM_RENAMES =
      in(
          Group.LEARNER,
          Setting.text(
              "from_renames",
              "OLD=NEW,…",
              "Rename arrays of the file, in this order: starts of names, stem.0=conv1, or regular"
                  + " expressions with groups, /norm(\\d)/=bn$1."));

  /** The arrays of a weight file that are left out. */
  public static final Setting<String> FROM_IGNORE =
      in(
          Group.LEARNER,
          Setting.text(
              "from_ignore",
              "NAMES",
              "Leave out arrays of the file whose names start so, with commas between them."));

  /** The normalization of images. */
  public static final Setting<String> NORMALIZATION =
      in(
          Group.LEARNER,
          Setting.text(
              "normalization",
              "RULE",
              "Means and deviations of the channels: of the training images (data), ImageNet's"
                  + " (imagenet), or numbers as 0.5,0.5,0.5:0.2,0.2,0.2. Default: data; with"
                  + " weights from a file, the normalization of their model, or else ImageNet's."));

  /** The layers that are not trained. */
  public static final Setting<String> FREEZE =
      in(
          Group.LEARNER,
          Setting.text(
              "freeze",
              "LAYERS",
              "Layers that are not trained, by the beginning of their weights' names, with commas"
                  + " between them; body: all but the last."));

  /** The batch norms of layers that are not trained. */
  public static final Setting<FrozenNorms> FROZEN_NORMS =
      in(
          Group.LEARNER,
          Setting.choice(
                  "frozen_norms",
                  "RULE",
                  FrozenNorms.class,
                  "Batch norms of layers that are not trained: unchanged (fixed), or trained all the"
                      + " same (trained).")
              .or(FrozenNorms.FIXED));

  /** The factor of the learning rate at the first layer. */
  public static final Setting<Double> FIRST_LAYER_RATE =
      in(
          Group.LEARNER,
          Setting.number(
                  "first_layer_rate",
                  "F",
                  "Learning rate of the first layer over the last one's; it rises in between by"
                      + " equal factors.")
              .or(1.0)
              .above(0)
              .atMost(1));

  /** Factors of the learning rate by layer. */
  public static final Setting<String> LAYER_RATES =
      in(
          Group.LEARNER,
          Setting.text(
              "layer_rates",
              "LAYER=F,…",
              "Learning rates of layers over the rate of the others: layer1=0.1,layer2=0.3."));

  /** Weight decays by layer. */
  public static final Setting<String> LAYER_DECAYS =
      in(
          Group.LEARNER,
          Setting.text("layer_decays", "LAYER=W,…", "Weight decays of layers: layer1=0,fc=1e-3."));

  /** The learning rate of biases over the rate of the other weights. */
  public static final Setting<Double> BIAS_RATE =
      in(
          Group.LEARNER,
          Setting.number(
                  "bias_rate",
                  "F",
                  "Learning rate of biases over the rate of other weights (not adamw).")
              .or(1.0)
              .above(0)
              .atMost(LearnerSettings.MAX_FACTOR));

  /** The share of each target that is spread over all classes. */
  public static final Setting<Double> LABEL_SMOOTHING =
      in(
          Group.LEARNER,
          Setting.number("label_smoothing", "S", "Share of each target spread over all classes.")
              .or(0.0)
              .atLeast(0)
              .below(1));

  /** The weights of classes in the training loss. */
  public static final Setting<String> CLASS_WEIGHTS =
      in(
          Group.LEARNER,
          Setting.text(
                  "class_weights",
                  "none|balanced|FILE",
                  "Weights of classes in the training loss: none, balanced (rare classes weigh"
                      + " more), or a YAML, JSON or CSV file of class names and weights.")
              .or(ClassWeights.NONE)
              .path()
              .changeableOnResume());

  /** How the images of an epoch are drawn. */
  public static final Setting<Sampling> SAMPLING =
      in(
          Group.LEARNER,
          Setting.choice(
                  "sampling",
                  "MODE",
                  Sampling.class,
                  "Images of an epoch: each once (shuffled), or as many in equal shares of the"
                      + " classes (balanced).")
              .or(Sampling.SHUFFLED));

  /** The share of features that is dropped before the last layer. */
  public static final Setting<Double> DROPOUT =
      in(
          Group.LEARNER,
          Setting.number("dropout", "P", "Share of features dropped before the last layer.")
              .or(0.0)
              .atLeast(0)
              .below(1));

  /** The largest norm of a gradient. */
  public static final Setting<Double> CLIP =
      in(
          Group.LEARNER,
          Setting.number("clip", "NORM", "Largest norm of a gradient; 0 for no limit.")
              .or(0.0)
              .atLeast(0));

  /** The parts in which a thread computes its share of a batch. */
  public static final Setting<Integer> ACCUMULATE =
      in(
          Group.LEARNER,
          Setting.whole(
                  "accumulate",
                  "N",
                  "Compute a batch in N parts a thread, of 16 images or more: saves memory.")
              .or(1)
              .atLeast(1));

  /** The weight of a batch in the running statistics of batch norms. */
  public static final Setting<Double> BATCHNORM_MOMENTUM =
      in(
          Group.LEARNER,
          Setting.number(
                  "batchnorm_momentum",
                  "M",
                  "Weight of a batch in the running statistics of batch norms.")
              .or(0.1)
              .above(0)
              .atMost(1));

  /** Whether batch norms see the whole batch, and not the part of one thread. */
  public static final Setting<Boolean> SYNC_BATCHNORM =
      in(
          Group.LEARNER,
          Setting.flag(
                  "sync_batchnorm",
                  "Take the statistics of batch norms in training from the whole batch, over all"
                      + " threads and ranks, and not from the images of one thread. Slower.")
              .or(false));

  /** The type of convolutions and matrix products. */
  public static final Setting<Precision> PRECISION =
      in(
          Group.LEARNER,
          Setting.choice(
                  "precision",
                  "TYPE",
                  Precision.class,
                  "Type of convolutions and matrix products; auto is bf16 on a GPU and where the"
                      + " processor multiplies it faster.")
              .or(Precision.AUTO));

  /** The seed of everything random. */
  public static final Setting<Long> SEED =
      in(
          Group.LEARNER,
          Setting.seed("seed", "N", "Seed of weights, order, augmentation and dropout.").or(0L));

  /** The number of threads. */
  public static final Setting<Integer> THREADS =
      in(
          Group.LEARNER,
          Setting.whole(
                  "threads", "N", "Threads, each with a replica of the network; 0 is one a core.")
              .or(0)
              .atLeast(0)
              .atMost(MAX_THREADS));

  /** The device that computes. */
  public static final Setting<Device> DEVICE =
      in(
          Group.LEARNER,
          Setting.choice(
                  "device",
                  "DEVICE",
                  Device.class,
                  "The device that computes; auto is cuda where the engine sees an NVIDIA GPU.")
              .or(Device.CPU));

  // ---- Augmentation

  /** The changes as a whole. */
  public static final Setting<AugmentationChoice> AUGMENT =
      in(
          Group.AUGMENTATION,
          Setting.augmentation(
              "augment",
              "Changes as a whole: photo (resized crop, flip, rotation, zoom, colours), small (pad,"
                  + " crop, flip), none, or a YAML file of them. Default: the model's; photo where"
                  + " both sides of the images have at least "
                  + AugmentationChoice.PHOTO_SIDE
                  + " pixels."));

  /** The padding before a random crop. */
  public static final Setting<Integer> PAD =
      in(
          Group.AUGMENTATION,
          Setting.whole("pad", "PIXELS", "Padding before a random crop; 0 for no crop.")
              .or(4)
              .atLeast(0)
              .atMost((1 << 14) - 1)
              .shorthand("--no-crop", 0));

  /** The pixels of the padding. */
  public static final Setting<PadMode> PAD_MODE =
      in(
          Group.AUGMENTATION,
          Setting.choice("pad_mode", "MODE", PadMode.class, "The pixels of the padding.")
              .or(PadMode.REFLECT));

  /** When images are mirrored left to right. */
  public static final Setting<Flip> FLIP =
      in(
          Group.AUGMENTATION,
          Setting.choice(
                  "flip",
                  "MODE",
                  Flip.class,
                  "When images are mirrored left to right; alternate is every other epoch.")
              .or(Flip.RANDOM)
              .shorthand("--no-flip", Flip.NONE));

  /** The side of a hidden square. */
  public static final Setting<Integer> CUTOUT =
      in(
          Group.AUGMENTATION,
          Setting.whole(
                  "cutout",
                  "PIXELS",
                  "Side of a square of each training image, at a random place, that shows the"
                      + " image's mean colour; 0 for none.")
              .or(0)
              .atLeast(0));

  /** α of mixup. */
  public static final Setting<Double> MIXUP =
      in(
          Group.AUGMENTATION,
          Setting.number(
                  "mixup",
                  "A",
                  "Mix each training image with another, and their labels alike: shares from"
                      + " Beta(A, A), 0.2 say; 0 for none.")
              .or(0.0)
              .atLeast(0)
              .atMost(Mixing.MAX_ALPHA));

  /** α of cutmix. */
  public static final Setting<Double> CUTMIX =
      in(
          Group.AUGMENTATION,
          Setting.number(
                  "cutmix",
                  "A",
                  "Put a rectangle of another image into each training image, and mix their labels"
                      + " by area: shares from Beta(A, A), 1 say; 0 for none.")
              .or(0.0)
              .atLeast(0)
              .atMost(Mixing.MAX_ALPHA));

  // ---- Length and peak rate

  /** The length of the cycle in passes over the training images. */
  public static final Setting<Integer> EPOCHS =
      in(
          Group.LENGTH,
          Setting.whole("epochs", "N", "Passes over the training images: the length of the cycle.")
              .or(10)
              .atLeast(1)
              .alias("-e"));

  /** The length of the cycle as a time. */
  public static final Setting<Double> MINUTES =
      in(
          Group.LENGTH,
          Setting.number(
                  "minutes",
                  "M",
                  "Instead of epochs: the cycle is as long as fits into this time, the range test"
                      + " included.")
              .above(0)
              .atMost(MAX_MINUTES));

  /** The peak learning rate. */
  public static final Setting<Double> MAX_LR =
      in(
          Group.LENGTH,
          Setting.number(
                  "max_lr", "RATE", "Peak learning rate. Default: the suggestion of a range test.")
              .above(0)
              .atMost(MAX_RATE));

  /** A file with a peak learning rate that was found before. */
  public static final Setting<String> LR_FROM =
      in(
          Group.LENGTH,
          Setting.text(
                  "lr_from",
                  "FILE",
                  "Peak learning rate found before, in a file of find-lr or sweep or in a recipe;"
                      + " refused where it was found under other conditions. Of a sweep, its batch"
                      + " size, weight decay, dropout and momentum come with it, unless given.")
              .path());

  /** Whether a rate may be used under other conditions than it was found under. */
  public static final Setting<Boolean> ACCEPT_STALE =
      in(
          Group.LENGTH,
          Setting.flag(
                  "accept_stale", "Use a rate also under other conditions than it was found under.")
              .or(false));

  // ---- Policy

  /** The policy. */
  public static final Setting<PolicyChoice.Kind> POLICY =
      in(
          Group.POLICY,
          Setting.choice("policy", "NAME", PolicyChoice.Kind.class, "The policy.")
              .or(PolicyChoice.Kind.ONECYCLE));

  /** The momentum of the cycle. */
  public static final Setting<MomentumRange> MOMENTUM =
      in(
          Group.POLICY,
          Setting.momentum(
              "momentum",
              "Momentum (beta1 for adamw): 0.95:0.85 is cycled against the rate, 0.9 is constant."
                  + " A third value ends the cycle (fastai2). Default: "
                  + ofPolicies(kind -> Optional.of(kind.momentum().toText()))));

  /** The share of the steps in which the rate rises. */
  public static final Setting<Double> WARMUP_SHARE =
      in(
          Group.POLICY,
          Setting.number(
                  "warmup_share",
                  "SHARE",
                  "Share of the steps in which the rate rises. Default: "
                      + ofPolicies(Parameter.WARMUP_SHARE))
              .atLeast(0)
              .atMost(1));

  /** The curve from one rate to the next. */
  public static final Setting<Anneal> ANNEAL =
      in(
          Group.POLICY,
          Setting.choice(
              "anneal",
              "CURVE",
              Anneal.class,
              "Curve from one rate to the next. Default: "
                  + ofPolicies(kind -> kind.anneal().map(Anneal::toString))));

  /** The peak rate over the first rate. */
  public static final Setting<Double> DIVIDER =
      in(
          Group.POLICY,
          Setting.number(
                  "divider",
                  "D",
                  "Peak rate over first rate. Default: " + ofPolicies(Parameter.DIVIDER))
              .above(0));

  /** The first rate over the last rate. */
  public static final Setting<Double> FINAL_DIVIDER =
      in(
          Group.POLICY,
          Setting.number(
                  "final_divider",
                  "F",
                  "First rate over last rate; with fastai2 peak rate over last rate. Default: "
                      + ofPolicies(Parameter.FINAL_DIVIDER))
              .above(0));

  /** The share of the steps in which the rate is annihilated. */
  public static final Setting<Double> ANNIHILATION =
      in(
          Group.POLICY,
          Setting.number(
                  "annihilation",
                  "SHARE",
                  "Share of the steps in which the rate is annihilated. Default: "
                      + ofPolicies(Parameter.ANNIHILATION))
              .atLeast(0)
              .below(1));

  private static String ofPolicies(Parameter parameter) {
    return ofPolicies(
        kind -> kind.standard(parameter).stream().mapToObj(Numbers::brief).findFirst());
  }

  /** The policies that have a parameter, by its default: "10 (onecycle, seed), 25 (pytorch).". */
  private static String ofPolicies(Function<PolicyChoice.Kind, Optional<String>> standard) {
    Map<String, List<String>> policies = new LinkedHashMap<>();
    for (PolicyChoice.Kind kind : PolicyChoice.Kind.values()) {
      standard
          .apply(kind)
          .ifPresent(
              text -> policies.computeIfAbsent(text, t -> new ArrayList<>()).add(kind.toString()));
    }
    return policies.entrySet().stream()
        .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ")")
        .collect(Collectors.joining(", ", "", "."));
  }

  // ---- Range test

  /** The first rate of a range test. */
  public static final Setting<Double> RANGE_START =
      in(
          Group.RANGE_TEST,
          Setting.number(
                  "range_start",
                  "RATE",
                  "First rate. Default: 1e-6; in sweeps and tuning 1e-2, for adamw 1e-5, where the"
                      + " candidates begin to differ.")
              .above(0)
              .atMost(MAX_RATE)
              .alias("--start"));

  /** The last rate of a range test. */
  public static final Setting<Double> RANGE_END =
      in(
          Group.RANGE_TEST,
          Setting.number(
                  "range_end",
                  "RATE",
                  "Last rate. Where it is not given and the loss has not diverged by then, the test"
                      + " goes on up to range_limit.")
              .or(100.0)
              .above(0)
              .atMost(MAX_RATE)
              .alias("--end"));

  /** The highest rate that a range test is extended to. */
  public static final Setting<Double> RANGE_LIMIT =
      in(
          Group.RANGE_TEST,
          Setting.number(
                  "range_limit",
                  "RATE",
                  "Highest rate that the test goes on to where the loss has not diverged by the"
                      + " last rate; where range_end is given, that is the limit.")
              .or(1000.0)
              .above(0)
              .atMost(MAX_RATE)
              .alias("--extend-to"));

  /** The number of steps of a range test. */
  public static final Setting<Integer> RANGE_STEPS =
      in(
          Group.RANGE_TEST,
          Setting.whole(
                  "range_steps",
                  "N",
                  "Rates from the first to the last, at least three a decade. Default: 120,"
                      + " or a tenth of the steps of a longer cycle, up to 360 or three epochs; in"
                      + " sweeps and tuning 25 a decade, and more of batches smaller than 256.")
              .atLeast(1));

  /** How the rate rises in a range test. */
  public static final Setting<Ramp> RANGE_RAMP =
      in(
          Group.RANGE_TEST,
          Setting.choice(
                  "range_ramp",
                  "RAMP",
                  Ramp.class,
                  "Raise the rate by equal factors (exponential) or equal amounts (linear).")
              .or(Ramp.EXPONENTIAL)
              .shorthand("--linear", Ramp.LINEAR));

  /** The number of range tests, over as many seeds. */
  public static final Setting<Integer> RANGE_REPEATS =
      in(
          Group.RANGE_TEST,
          Setting.whole(
                  "range_repeats",
                  "N",
                  "Range tests with as many seeds, each with weights and an order of the images of"
                      + " its own; their median counts.")
              .or(1)
              .atLeast(1)
              .alias("--repeats"));

  /** The number of optimizer steps at each rate of a range test. */
  public static final Setting<Integer> RANGE_BATCHES =
      in(
          Group.RANGE_TEST,
          Setting.whole(
                  "range_batches",
                  "N",
                  "Optimizer steps at each rate; the mean of their losses counts. Less noise, at N"
                      + " times the cost.")
              .or(1)
              .atLeast(1));

  /** The images whose loss a range test records. */
  public static final Setting<RangeLoss.Images> RANGE_LOSS =
      in(
          Group.RANGE_TEST,
          Setting.choice(
                  "range_loss",
                  "IMAGES",
                  RangeLoss.Images.class,
                  "The loss at each rate: of its training batches, or of held-out images after"
                      + " them, which costs evaluating up to "
                      + LearningRateFinder.MAX_HELD_OUT
                      + " images a rate. Images of a test set are not used.")
              .or(RangeLoss.Images.TRAIN));

  // ---- Evaluation and saving

  /** The number of epochs between evaluations. */
  public static final Setting<Integer> EVALUATE_EVERY =
      in(
          Group.RUN,
          Setting.whole(
                  "evaluate_every", "N", "Evaluate after every N epochs, and after the last one.")
              .or(1)
              .atLeast(1));

  /** The batches from which batch norms' statistics are estimated anew before an evaluation. */
  public static final Setting<Integer> REESTIMATE_BATCHNORM =
      in(
          Group.RUN,
          Setting.whole(
                  "reestimate_batchnorm",
                  "N",
                  "Estimate batch norms' statistics anew from N batches before each evaluation; 0"
                      + " uses the running ones. Short runs estimate them by default.")
              .or(0)
              .atLeast(0));

  /** Whether TensorBoard's events are written. */
  public static final Setting<Boolean> TENSORBOARD =
      in(
          Group.RUN,
          Setting.flag("tensorboard", "Write TensorBoard's events into the run's folder too.")
              .or(false)
              .changeableOnResume());

  /** The longest time between checkpoints. */
  public static final Setting<Double> CHECKPOINT_MINUTES =
      in(
          Group.RUN,
          Setting.number(
                  "checkpoint_minutes",
                  "M",
                  "Longest time between checkpoints; one is also saved after every epoch.")
              .or(10.0)
              .above(0)
              .atMost(MAX_MINUTES)
              .changeableOnResume());

  /** The reaction to a run that cannot be saved. */
  public static final Setting<OnSaveError> ON_SAVE_ERROR =
      in(
          Group.RUN,
          Setting.choice(
                  "on_save_error",
                  "ACTION",
                  OnSaveError.class,
                  "Where the run cannot be saved, on a full disk say: stop, or warn and try again"
                      + " at the next checkpoint.")
              .or(OnSaveError.STOP)
              .changeableOnResume());

  /** The reaction to divergence. */
  public static final Setting<OnDivergence> ON_DIVERGENCE =
      in(
          Group.RUN,
          Setting.choice(
                  "on_divergence",
                  "ACTION",
                  OnDivergence.class,
                  "Where the training diverges: stop, or retry from the last checkpoint before the"
                      + " losses rose, with a third of the rates, at most 3 times.")
              .or(OnDivergence.STOP)
              .changeableOnResume());

  /** Settings that exclude each other: the one that is given later counts. */
  private static final List<List<Setting<?>>> EXCLUSIVE =
      List.of(List.of(EPOCHS, MINUTES), List.of(MAX_LR, LR_FROM), List.of(LABELS, LABEL_PATTERN));

  /** Settings that say nothing without another. */
  private static final Map<Setting<?>, Setting<?>> NEEDED =
      Map.ofEntries(
          Map.entry(IMAGE_COLUMN, LABELS),
          Map.entry(LABEL_COLUMN, LABELS),
          Map.entry(STREAM_READERS, STREAM),
          Map.entry(STREAM_WINDOW, STREAM),
          Map.entry(HEAD, FROM),
          Map.entry(FROM_PREFIX, FROM),
          Map.entry(FROM_RENAMES, FROM),
          Map.entry(FROM_IGNORE, FROM),
          Map.entry(FROZEN_NORMS, FREEZE),
          Map.entry(ACCEPT_STALE, LR_FROM));

  /** Settings that come before their part of {@code augment}. */
  private static final List<Setting<?>> AUGMENTATION_PARTS =
      List.of(PAD, PAD_MODE, FLIP, CUTOUT, MIXUP, CUTMIX);

  private static final TrainingConfig EMPTY = new TrainingConfig(Map.of());

  private static <T> Setting<T> in(Group group, Setting<T> setting) {
    SETTINGS.put(setting, group);
    return setting;
  }

  /** All settings in order. */
  public static List<Setting<?>> settings() {
    return List.copyOf(SETTINGS.keySet());
  }

  /** The settings of some groups in order. */
  public static List<Setting<?>> settings(Collection<Group> groups) {
    return SETTINGS.keySet().stream().filter(s -> groups.contains(SETTINGS.get(s))).toList();
  }

  /** The group of a setting. */
  public static Group group(Setting<?> setting) {
    return Optional.ofNullable(SETTINGS.get(setting)).orElseThrow();
  }

  /**
   * A setting by its name.
   *
   * @throws InvalidValueException where there is none, with the nearest name
   */
  public static Setting<?> setting(String name) {
    for (Setting<?> setting : SETTINGS.keySet()) {
      if (setting.name().equals(name)) {
        return setting;
      }
    }
    List<String> names = SETTINGS.keySet().stream().map(Setting::name).toList();
    throw Nearest.to(name, names)
        .map(near -> Require.invalid("setting", "a known one", name, "did you mean " + near + "?"))
        .orElseGet(() -> Require.invalid("setting", "one of " + String.join(", ", names), name));
  }

  /**
   * The way in which values are given.
   *
   * @param kind a word or two for people: "file a.yaml"
   * @param label the setting as its writer calls it: "--batch-size"
   */
  public record Origin(String kind, Function<Setting<?>, String> label) {
    /** A program that calls {@link #with(Setting, Object)}. */
    public static final Origin PROGRAM = new Origin("program", Setting::name);

    /** Options on the command line. */
    public static final Origin OPTION =
        new Origin("option", setting -> setting == DATA ? DATA.placeholder() : setting.option());

    /** Environment variables. */
    public static final Origin ENVIRONMENT = new Origin("environment", Setting::variable);

    /** A file of settings. */
    public static Origin file(Path file) {
      return new Origin("file " + file, setting -> setting.name() + " in " + file);
    }
  }

  private record Given(Object value, Origin origin) {}

  private final Map<Setting<?>, Given> given;

  private TrainingConfig(Map<Setting<?>, Given> given) {
    this.given = given;
  }

  /** Every setting at its default. */
  public static TrainingConfig defaults() {
    return EMPTY;
  }

  /** Every setting at its default, for the images at a location. */
  public static TrainingConfig of(String data) {
    return EMPTY.with(DATA, data);
  }

  /**
   * The configuration that {@link #toMap} gave.
   *
   * @throws InvalidValueException where a name is not known or a value is out of range
   */
  public static TrainingConfig of(Map<String, ?> values) {
    return EMPTY.with(values, Origin.PROGRAM);
  }

  /**
   * Reads a YAML or JSON file of settings by name.
   *
   * @throws BadDataException where it cannot be read, or has a setting that is not known or out of
   *     range
   */
  public static TrainingConfig read(Path file) {
    try {
      return EMPTY.with(SettingsFile.read(file), Origin.file(file));
    } catch (InvalidValueException e) {
      throw unreadable(file, e);
    }
  }

  /** The error for a file with a mistake, which names the file once. */
  static BadDataException unreadable(Path file, InvalidValueException mistake) {
    String message = String.valueOf(mistake.getMessage());
    return new BadDataException(
        message.contains(" in " + file + " ") ? message : file + ": " + message, mistake);
  }

  /**
   * A recipe as a configuration: its settings, and its file as the source of the peak rate.
   *
   * @throws BadDataException where it cannot be read, or has a setting that is not known or out of
   *     range
   */
  public static TrainingConfig ofRecipe(Path recipe) {
    return StoredRate.config(recipe);
  }

  /**
   * This configuration with what the sweep of {@code lr_from} chose: its batch size, weight decay,
   * dropout and momentum, for settings that are not given. A training starts with these.
   *
   * @throws BadDataException where the file cannot be read
   */
  public TrainingConfig withSwept() {
    return StoredRate.withSwept(this);
  }

  /** This configuration with one setting given. */
  public <T> TrainingConfig with(Setting<T> setting, T value) {
    return with(Map.of(setting.name(), setting.write(value)), Origin.PROGRAM);
  }

  /**
   * This configuration with more settings given, which come before those that are given already.
   *
   * @param values numbers, texts and booleans by name
   * @throws InvalidValueException where a name is not known, a value is out of range, or two of
   *     these settings exclude each other
   */
  public TrainingConfig with(Map<String, ?> values, Origin origin) {
    Map<Setting<?>, Given> more = new LinkedHashMap<>();
    values.forEach(
        (name, raw) -> {
          Setting<?> setting = setting(name);
          more.put(setting, new Given(setting.read(origin.label.apply(setting), raw), origin));
        });
    return with(more);
  }

  /** This configuration with the settings that are given in another, which come before its own. */
  public TrainingConfig with(TrainingConfig other) {
    return with(other.given);
  }

  private TrainingConfig with(Map<Setting<?>, Given> more) {
    Map<Setting<?>, Given> all = new LinkedHashMap<>(given);
    for (List<Setting<?>> pair : EXCLUSIVE) {
      List<Setting<?>> both = pair.stream().filter(more::containsKey).toList();
      if (both.size() > 1) {
        Given first = Optional.ofNullable(more.get(both.get(0))).orElseThrow();
        Given second = Optional.ofNullable(more.get(both.get(1))).orElseThrow();
        throw Require.invalid(
            second.origin.label.apply(both.get(1)),
            "left out where " + first.origin.label.apply(both.get(0)) + " is given,",
            second.value);
      }
      if (!both.isEmpty()) {
        pair.forEach(all::remove);
      }
    }
    all.putAll(more);
    return new TrainingConfig(Collections.unmodifiableMap(all));
  }

  /**
   * This configuration with the settings that environment variables give, {@code
   * ONECYCLE_BATCH_SIZE} and so on.
   */
  public TrainingConfig withEnvironment(Map<String, String> environment) {
    return withEnvironment(environment, SETTINGS.keySet());
  }

  /** As {@link #withEnvironment(Map)}, of some settings alone. */
  public TrainingConfig withEnvironment(
      Map<String, String> environment, Collection<? extends Setting<?>> settings) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Setting<?> setting : settings) {
      String value = environment.get(setting.variable());
      if (value != null) {
        values.put(setting.name(), value);
      }
    }
    return with(values, Origin.ENVIRONMENT);
  }

  /** This configuration without a setting: it has its default again. */
  public TrainingConfig without(Setting<?> setting) {
    Map<Setting<?>, Given> less = new LinkedHashMap<>(given);
    less.remove(setting);
    return new TrainingConfig(Collections.unmodifiableMap(less));
  }

  /** Whether a setting was given. */
  public boolean isGiven(Setting<?> setting) {
    return given.containsKey(setting);
  }

  /** The value of a setting: as given, or the model's default, or its own; empty where unset. */
  @SuppressWarnings("unchecked") // a setting's own read made the value
  public <T> Optional<T> find(Setting<T> setting) {
    Given own = given.get(setting);
    if (own != null) {
      return Optional.of((T) own.value);
    }
    T ofModel = setting == MODEL ? null : (T) modelDefaults().get(setting);
    return ofModel != null ? Optional.of(ofModel) : setting.standard();
  }

  /** The value of a setting that has a default. */
  public <T> T get(Setting<T> setting) {
    return find(setting)
        .orElseThrow(() -> Require.invalid(setting.name(), "given", "left out", "give a value"));
  }

  /** The origin of a setting's value in a few words: default, model fast, option --epochs, … */
  public String origin(Setting<?> setting) {
    Given own = given.get(setting);
    if (own != null) {
      String label = own.origin.label.apply(setting);
      return own.origin == Origin.OPTION && setting == DATA
          ? "argument " + DATA.placeholder()
          : own.origin == Origin.OPTION || own.origin == Origin.ENVIRONMENT
              ? own.origin.kind + " " + label
              : own.origin.kind;
    }
    if (setting == RANGE_LIMIT && isGiven(RANGE_END)) {
      return "as " + RANGE_END.name();
    }
    if (isGiven(AUGMENT) && AUGMENTATION_PARTS.contains(setting)) {
      return "as " + AUGMENT.name();
    }
    Object ofModel = setting == MODEL ? null : modelDefaults().get(setting);
    String origin =
        ofModel == null || Optional.of(ofModel).equals(setting.standard())
            ? "default"
            : "model " + get(MODEL);
    return origin + ShortRun.exception(setting);
  }

  /**
   * Whether a setting was not given and has another default where images are few, or where noise
   * hides the curve of a range test: to give its default is not the same.
   */
  boolean isByImages(Setting<?> setting) {
    boolean byTime = setting == BATCH_SIZE && isGiven(MINUTES);
    boolean ofRangeTests =
        setting == RANGE_REPEATS || setting == RANGE_BATCHES || setting == RANGE_LOSS;
    return !isGiven(setting) && !byTime && (ofRangeTests || !ShortRun.exception(setting).isEmpty());
  }

  /**
   * Whether the value of a setting is known only with the images: their number chooses the length
   * and the batch size of a short run, and their size the augmentation.
   */
  public boolean isOpenUntilImages(Setting<?> setting) {
    boolean augmentation = setting == AUGMENT || AUGMENTATION_PARTS.contains(setting);
    return isByImages(setting) || augmentation && !isGiven(AUGMENT) && !isGiven(setting);
  }

  /** Whether a setting is a part of the augmentation, and has the value that the whole gives it. */
  boolean isUsualPartOfAugmentation(Setting<?> setting) {
    return AUGMENTATION_PARTS.contains(setting)
        && find(setting).equals(without(setting).find(setting));
  }

  /** The setting as the one who gave it calls it, for messages. */
  String label(Setting<?> setting) {
    Given own = given.get(setting);
    return own == null ? setting.name() : own.origin.label.apply(setting);
  }

  /** Names have no dot and no slash. */
  private static boolean isScript(String model) {
    return model.contains(".") || model.contains("/") || model.contains("\\");
  }

  /** The TorchScript file that is the network; empty where the network comes with the library. */
  public Optional<Path> script() {
    return Optional.of(get(MODEL)).filter(TrainingConfig::isScript).map(Path::of);
  }

  /**
   * The configuration of a run, with the run's own copy of its TorchScript file.
   *
   * @throws InvalidValueException where a name is not known or a value is out of range
   */
  static TrainingConfig ofRun(Path folder, Map<String, ?> values) {
    TrainingConfig config = of(values);
    Path own = folder.resolve(ModelFile.SCRIPT).toAbsolutePath();
    return config.script().isPresent() && Files.exists(own)
        ? config.with(MODEL, own.toString())
        : config;
  }

  private Network network(ImageShape shape, int classes) {
    @Nullable Path script = script().orElse(null);
    return script == null
        ? Models.byName(get(MODEL)).network(shape, classes, get(DROPOUT))
        : ScriptNetwork.open(requireTrusted(script), shape, classes);
  }

  private Path requireTrusted(Path script) {
    if (!get(TRUST_MODEL)) {
      throw Require.invalid(
          label(TRUST_MODEL), "given for model " + script, "left out", ScriptFile.DANGER);
    }
    return script;
  }

  /** A file brings its own dropout and averages of batch norms; its layers are not known. */
  private void requireFitting(Path script) {
    ScriptFile.at(requireTrusted(script));
    for (Setting<?> own :
        List.of(
            DROPOUT,
            BATCHNORM_MOMENTUM,
            SYNC_BATCHNORM,
            REESTIMATE_BATCHNORM,
            FREEZE,
            FIRST_LAYER_RATE)) {
      if (differs(own)) {
        throw Require.invalid(
            label(own),
            "left out for model " + script + ", a program whose layers are not known,",
            written(own).orElseThrow(),
            "write it in Python");
      }
    }
    Require.that(
        get(DEVICE) != Device.CUDA,
        label(DEVICE),
        "cpu for model " + script,
        DEVICE.write(get(DEVICE)),
        script);
  }

  /** A short name of the network, for names of folders. */
  public String modelName() {
    return script()
        .map(file -> String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", ""))
        .orElseGet(() -> get(MODEL));
  }

  /** A file is trained as the standard model is. */
  private ModelSpec.Defaults ofModel() {
    String name = script().isPresent() ? MODEL.standard().orElseThrow() : get(MODEL);
    return Models.byName(name).defaults();
  }

  private Map<Setting<?>, Object> modelDefaults() {
    ModelSpec.Defaults model = ofModel();
    LearnerSettings settings = model.settings();
    Map<Setting<?>, Object> values = new LinkedHashMap<>();
    values.put(BATCH_SIZE, model.batchSize());
    values.put(WEIGHT_DECAY, settings.weightDecay());
    values.put(LABEL_SMOOTHING, ((Loss.CrossEntropy) settings.loss()).smoothing());
    values.put(BATCHNORM_MOMENTUM, settings.batchNormMomentum());
    Augmentation augmentation = wholeAugmentation(model);
    values.put(PAD, augmentation.pad());
    values.put(PAD_MODE, augmentation.padMode());
    values.put(FLIP, augmentation.flip());
    values.put(CUTOUT, augmentation.cutout());
    values.put(MIXUP, augmentation.mixing().mixup());
    values.put(CUTMIX, augmentation.mixing().cutmix());
    values.put(OPTIMIZER, name(settings.optimizer()));
    boolean adam =
        Optional.ofNullable(given.get(OPTIMIZER))
            .map(Given::value)
            .filter(OptimizerName.ADAMW::equals)
            .isPresent();
    // Adam's steps do not depend on the size of a gradient: the model's factor is no use to it.
    values.put(BIAS_RATE, adam ? 1.0 : settings.biasRate());
    Given end = given.get(RANGE_END);
    if (end != null) {
      values.put(RANGE_LIMIT, end.value); // a last rate that is given is the last
    }
    return values;
  }

  private static OptimizerName name(Optimizer optimizer) {
    return optimizer.match(
        sgd -> sgd.nesterov() ? OptimizerName.NESTEROV : OptimizerName.SGD,
        adamW -> OptimizerName.ADAMW,
        muon -> OptimizerName.MUON);
  }

  /** Every setting that has a value, by name, as numbers, texts and booleans: for a JSON file. */
  public Map<String, Object> toMap() {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Setting<?> setting : SETTINGS.keySet()) {
      if (!isExcluded(setting)) {
        written(setting).ifPresent(value -> values.put(setting.name(), value));
      }
    }
    return values;
  }

  /**
   * As {@link #toMap}, without what the images decide: read again, it is the same configuration for
   * few images too.
   */
  public Map<String, Object> toRepeat() {
    Map<String, Object> values = toMap();
    SETTINGS.keySet().stream()
        .filter(this::isByImages)
        .forEach(setting -> values.remove(setting.name()));
    return values;
  }

  /** Whether another setting was given that excludes this one: its default then says nothing. */
  private boolean isExcluded(Setting<?> setting) {
    boolean byAnother =
        EXCLUSIVE.stream()
            .anyMatch(pair -> pair.contains(setting) && pair.stream().anyMatch(this::isGiven));
    boolean byStoredRate = group(setting) == Group.RANGE_TEST && isGiven(LR_FROM);
    return !isGiven(setting) && (byAnother || byStoredRate);
  }

  /** The settings that were given, by name, as {@link #toMap} has them. */
  public Map<String, Object> givenToMap() {
    Map<String, Object> values = toMap();
    values.keySet().retainAll(given.keySet().stream().map(Setting::name).toList());
    return values;
  }

  private <T> Optional<Object> written(Setting<T> setting) {
    return find(setting).map(setting::write);
  }

  /** This configuration with paths that can be found from any folder. */
  public TrainingConfig withAbsolutePaths() {
    Map<Setting<?>, Given> all = new LinkedHashMap<>(given);
    all.replaceAll(
        (setting, own) ->
            setting.isPath() || (setting == MODEL && script().isPresent())
                ? new Given(absolute(setting, own.value), own.origin)
                : own);
    return new TrainingConfig(Collections.unmodifiableMap(all));
  }

  private static Object absolute(Setting<?> setting, Object value) {
    Path path = Path.of(String.valueOf(value));
    boolean isName =
        setting == DATA
            // Shards, photos-{00..99}.tar, are no file by that name.
            ? !Files.exists(path) && !path.toString().contains("{")
            : setting == CLASS_WEIGHTS && ClassWeights.isWord(value);
    return isName ? value : path.toAbsolutePath().normalize().toString();
  }

  /** The words of the command line that trains by this configuration. */
  public List<String> commandLine(String command, Collection<Setting<?>> settings) {
    List<String> words = new ArrayList<>(List.of("onecycle", command));
    find(DATA).ifPresent(words::add);
    for (Setting<?> setting : settings) {
      if (isGiven(setting) && setting != DATA) {
        words.addAll(words(setting));
      }
    }
    return words;
  }

  /** The words that give a setting on a command line. */
  List<String> words(Setting<?> setting) {
    Object value = written(setting).orElseThrow();
    if (value instanceof Boolean on) {
      return List.of(on ? setting.option() : setting.option().replaceFirst("^--", "--no-"));
    }
    return List.of(setting.option() + "=" + value);
  }

  /**
   * This configuration, where all of its settings are in range and go together.
   *
   * @throws InvalidValueException where they do not
   */
  public TrainingConfig validated() {
    try {
      requireConsistent();
      return this;
    } catch (InvalidValueException e) {
      // An argument of a part of the configuration is a setting of the whole.
      String name = e.name().replace(' ', '_');
      throw SETTINGS.keySet().stream()
          .filter(setting -> setting.name().equals(name))
          .findFirst()
          .map(setting -> e.named(label(setting)))
          .orElse(e);
    }
  }

  private void requireConsistent() {
    dataOptions();
    requireNeeded();
    Require.that(
        !get(STREAM) || get(SAMPLING) == Sampling.SHUFFLED,
        label(SAMPLING),
        "shuffled for a stream, whose classes are not known before they are read,",
        "balanced",
        true);
    learnerSettings();
    augmentation();
    plan(1);
    quickRangeTest(policyChoice().momentumAtPeak());
    @Nullable Path script = script().orElse(null);
    if (script == null) {
      network(new ImageShape(3, 32, 32), 2); // is the dropout in range?
    } else {
      requireFitting(script);
    }
    if (find(FROM).isPresent()) {
      MappingRules unused = mappingRules();
    }
    if (find(LR_FROM).isPresent()) {
      for (Setting<?> setting : settings(List.of(Group.RANGE_TEST))) {
        if (isChosen(setting)) {
          throw Require.invalid(
              label(setting),
              "left out where the rate was found before,",
              written(setting).orElseThrow());
        }
      }
    }
    Engine.require(label(DEVICE), get(DEVICE));
  }

  /**
   * Makes sure that no setting is chosen ({@link #isChosen}) that says nothing without another.
   *
   * @throws InvalidValueException naming both
   */
  public void requireNeeded() {
    for (Setting<?> detail : SETTINGS.keySet()) {
      Setting<?> needed = NEEDED.get(detail);
      if (needed != null && isChosen(detail) && !differs(needed)) {
        String asGiven = label(detail).startsWith("--") ? needed.option() : needed.name();
        throw Require.invalid(
            label(detail),
            "left out where no " + asGiven + " is given,",
            written(detail).orElseThrow());
      }
    }
  }

  /** Whether a setting is given with another value than the standard. */
  boolean differs(Setting<?> setting) {
    return isGiven(setting) && !setting.standard().equals(find(setting));
  }

  /**
   * Whether a setting is given for this command with another value than the standard. One of the
   * environment may be for others.
   */
  public boolean isChosen(Setting<?> setting) {
    Given own = given.get(setting);
    return own != null && own.origin != Origin.ENVIRONMENT && differs(setting);
  }

  /** How the arrays of a weight file become the network's. */
  MappingRules mappingRules() {
    MappingRules rules = MappingRules.defaults().withHead(get(HEAD)).withColoursSummed(true);
    try {
      if (find(FROM_PREFIX).isPresent()) {
        rules = rules.withPrefix(find(FROM_PREFIX).get());
      }
      if (find(FROM_RENAMES).isPresent()) {
        rules = rules.withRenames(find(FROM_RENAMES).get());
      }
      for (String start : find(FROM_IGNORE).map(text -> text.split(",", -1)).orElse(NOTHING)) {
        rules = rules.withIgnored(start.strip());
      }
      return rules;
    } catch (InvalidValueException e) {
      throw ofMapping(e);
    }
  }

  /** An error of a mapping, with the setting in place of the rule. */
  InvalidValueException ofMapping(InvalidValueException e) {
    return switch (e.name()) {
      case "prefix" -> e.named(label(FROM_PREFIX));
      case "rename" -> e.named(label(FROM_RENAMES));
      case "ignore" -> e.named(label(FROM_IGNORE));
      default -> e;
    };
  }

  /** The optimizer and its settings. */
  public LearnerSettings learnerSettings() {
    return LearnerSettings.builder()
        .optimizer(optimizer())
        .weightDecay(get(WEIGHT_DECAY))
        .decayNormAndBias(get(NORM_DECAY))
        .loss(new Loss.CrossEntropy(List.of(), get(LABEL_SMOOTHING)))
        .gradientClip(get(CLIP))
        .accumulation(get(ACCUMULATE))
        .precision(get(PRECISION))
        .batchNormMomentum(get(BATCHNORM_MOMENTUM))
        .syncBatchNorm(get(SYNC_BATCHNORM))
        .biasRate(get(BIAS_RATE))
        .layerRules(layerRules())
        .seed(get(SEED))
        .threads(get(THREADS))
        .device(script().isPresent() ? Device.CPU : get(DEVICE))
        .build();
  }

  private Normalization measured(ImageDataset train) {
    Path cache = dataOptions().cacheFolder();
    return new KeptNormalizations(cache.resolve("normalization")).of(train.forStatistics());
  }

  /**
   * The normalization of images.
   *
   * @param train whose statistics are taken where nothing else is said
   * @param ofWeights that the starting weights were trained with, where it is known
   */
  Normalization normalization(ImageDataset train, Optional<Normalization> ofWeights) {
    int channels = train.shape().channels();
    String rule =
        find(NORMALIZATION).orElse(find(FROM).isPresent() && channels == 3 ? "imagenet" : "data");
    if (find(NORMALIZATION).isEmpty() && ofWeights.isPresent()) {
      Normalization known = ofWeights.get();
      return known.means().size() == channels ? known : measured(train);
    }
    if (rule.equals("data")) {
      return measured(train);
    }
    Normalization given =
        rule.equals("imagenet")
            ? Normalization.imageNet()
            : Normalization.parse(label(NORMALIZATION), rule);
    Require.that(
        given.means().size() == channels,
        label(NORMALIZATION),
        "of " + channels + ", as the images have channels,",
        rule,
        rule);
    return given;
  }

  private LayerRules layerRules() {
    return LayerRules.none()
        .withFrozen(
            find(FREEZE).map(text -> List.of(text.strip().split("\\s*,\\s*"))).orElse(List.of()))
        .withTrainFrozenNorms(get(FROZEN_NORMS) == FrozenNorms.TRAINED)
        .withFirstLayerRate(get(FIRST_LAYER_RATE))
        .withRates(byLayer(LAYER_RATES))
        .withWeightDecays(byLayer(LAYER_DECAYS));
  }

  /** The numbers of {@code layer1=0.1,layer2=0.3}. */
  private Map<String, Double> byLayer(Setting<String> setting) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (String part : find(setting).map(text -> text.strip().split("\\s*,\\s*")).orElse(NOTHING)) {
      int equals = part.indexOf('=');
      try {
        numbers.put(
            part.substring(0, Math.max(0, equals)).strip(),
            Double.parseDouble(part.substring(equals + 1)));
      } catch (NumberFormatException e) {
        throw Require.invalid(
            label(setting), "a list such as layer1=0.1,layer2=0.3", find(setting).orElseThrow());
      }
      Require.that(
          equals > 0,
          label(setting),
          "a list such as layer1=0.1,layer2=0.3",
          find(setting).orElseThrow(),
          part);
    }
    return numbers;
  }

  private Optimizer optimizer() {
    OptimizerName name = get(OPTIMIZER);
    boolean decoupled = get(DECOUPLED_DECAY);
    if (decoupled && (name == OptimizerName.ADAMW || name == OptimizerName.MUON)) {
      throw Require.invalid(
          label(DECOUPLED_DECAY),
          "left out with " + OPTIMIZER.write(name) + ", which always decouples,",
          "given");
    }
    return switch (name) {
      case SGD -> new Optimizer.Sgd(false, decoupled);
      case NESTEROV -> new Optimizer.Sgd(true, decoupled);
      case ADAMW -> Optimizer.adamW();
      case MUON -> Optimizer.muon();
    };
  }

  /** The random changes of training images. */
  public Augmentation augmentation() {
    return wholeAugmentation(ofModel())
        .withPad(get(PAD))
        .withPadMode(get(PAD_MODE))
        .withFlip(get(FLIP))
        .withCutout(get(CUTOUT))
        .withMixing(new Mixing(get(MIXUP), get(CUTMIX)));
  }

  /** Before its parts are given. */
  private Augmentation wholeAugmentation(ModelSpec.Defaults model) {
    Given own = given.get(AUGMENT);
    return own == null ? model.augmentation() : ((AugmentationChoice) own.value).value();
  }

  /** How the images are read. */
  public DataOptions dataOptions() {
    DataOptions options =
        DataOptions.defaults()
            .withCropMargin(AugmentationChoice.cropMargin(this))
            .withDecoding(new DecodeOptions(get(RESIZE), get(ORIENTATION), get(MAX_PIXELS)))
            .withSkipBad(get(SKIP_BAD))
            .withStream(get(STREAM))
            .withStreamReaders(get(STREAM_READERS))
            .withStreamWindow(get(STREAM_WINDOW))
            .withOffline(get(OFFLINE))
            .withSeed(get(SEED))
            .withFollowLinks(get(FOLLOW_LINKS))
            .withAllowEmptyClasses(get(ALLOW_EMPTY_CLASSES));
    @Nullable String encoding = find(ENCODING).orElse(null);
    if (encoding != null) {
      options = options.withEncoding(charset(encoding));
    }
    @Nullable String labels = find(LABELS).orElse(null);
    if (labels != null) {
      options = options.withLabels(Path.of(labels), find(IMAGE_COLUMN), find(LABEL_COLUMN));
    }
    @Nullable String pattern = find(LABEL_PATTERN).orElse(null);
    if (pattern != null) {
      options = options.withLabelPattern(pattern(pattern));
    }
    @Nullable Double share = find(VALIDATION_SHARE).orElse(null);
    if (share != null) {
      options = options.withValidationShare(share);
    }
    @Nullable Integer limit = find(LIMIT).orElse(null);
    if (limit != null) {
      options = options.withLimit(limit);
    }
    @Nullable ImageSize size = find(IMAGE_SIZE).orElse(null);
    if (size != null) {
      options = options.withImageSize(size);
    }
    @Nullable Long maxCache = find(MAX_CACHE).orElse(null);
    if (maxCache != null) {
      options = options.withMaxCache(maxCache);
    }
    @Nullable String cache = find(CACHE).orElse(null);
    return cache == null ? options : options.withCacheFolder(Path.of(cache));
  }

  private Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw Require.invalid(label(LABEL_PATTERN), "a regular expression", text, e.getDescription());
    }
  }

  private Charset charset(String name) {
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException e) {
      throw Require.invalid(
          label(ENCODING), "the name of a character set", name, "cp437, gbk or shift_jis, say");
    }
  }

  /** The policy without its length and peak. */
  public PolicyChoice policyChoice() {
    PolicyChoice choice = PolicyChoice.of(get(POLICY));
    choice = changed(choice, WARMUP_SHARE, PolicyChoice::withWarmupShare);
    choice = changed(choice, ANNEAL, PolicyChoice::withAnneal);
    choice = changed(choice, DIVIDER, PolicyChoice::withDivider);
    choice = changed(choice, FINAL_DIVIDER, PolicyChoice::withFinalDivider);
    choice = changed(choice, ANNIHILATION, PolicyChoice::withAnnihilation);
    return changed(choice, MOMENTUM, PolicyChoice::withMomentum);
  }

  private <T> PolicyChoice changed(
      PolicyChoice choice, Setting<T> setting, BiFunction<PolicyChoice, T, PolicyChoice> change) {
    return find(setting).map(value -> change.apply(choice, value)).orElse(choice);
  }

  /**
   * The range test that looks for the edge alone.
   *
   * @throws InvalidValueException where its steps are too few to show one: fewer than three for
   *     each factor of ten
   */
  public RangeTest rangeTest(double momentum) {
    return readable(quickRangeTest(momentum));
  }

  /** The range test of {@link #rangeTest(double)}, though its steps may be too few to be read. */
  RangeTest quickRangeTest(double momentum) {
    return rangeTest(
        momentum, find(RANGE_START).orElse(1e-6), find(RANGE_STEPS).orElse(RangeTest.STEPS));
  }

  /**
   * The range test that tells candidates apart: it takes more steps where they part, as in the
   * sources' notebook, since weight decay needs steps to act.
   */
  public RangeTest slowRangeTest(double momentum) {
    int stepsADecade = 25;
    double start = find(RANGE_START).orElse(get(OPTIMIZER) == OptimizerName.ADAMW ? 1e-5 : 1e-2);
    int steps = (int) Math.round(stepsADecade * Math.log10(get(RANGE_END) / start));
    return readable(
        rangeTest(momentum, start, find(RANGE_STEPS).orElse(Math.max(stepsADecade, steps))));
  }

  /** The fewest images that a slow range test sees; 0 where its steps are given. */
  public int minImagesOfSlowRangeTest() {
    return isGiven(RANGE_STEPS) ? 0 : 25_600;
  }

  /** The loss that a range test records at each rate. */
  public RangeLoss rangeLoss() {
    return new RangeLoss(get(RANGE_BATCHES), get(RANGE_LOSS));
  }

  /** A test with steps enough to show an edge. */
  private RangeTest readable(RangeTest test) {
    int least = minRangeSteps(test);
    Require.that(
        test.steps() >= least,
        label(RANGE_STEPS),
        Numbers.format(
            "at least %d, three for each factor of ten from %s to %s,",
            least, Numbers.brief(test.start()), Numbers.brief(test.end())),
        test.steps(),
        test);
    return test;
  }

  /** The fewest steps with which a range test can show an edge. */
  int minRangeSteps(RangeTest test) {
    double decades = Math.log10(test.end() / test.start());
    int threeADecade = 1 + (int) Math.ceil(MIN_STEPS_A_DECADE * decades - 1e-9);
    return test.ramp() == Ramp.LINEAR ? MIN_RANGE_STEPS : Math.max(MIN_RANGE_STEPS, threeADecade);
  }

  private RangeTest rangeTest(double momentum, double start, int steps) {
    return RangeTest.atMomentum(momentum)
        .withStart(start)
        .withEnd(get(RANGE_END))
        .withLimit(get(RANGE_LIMIT))
        .withSteps(steps)
        .withRamp(get(RANGE_RAMP));
  }

  /** The plan of a training of so many epochs. */
  public TrainingPlan plan(int epochs) {
    return TrainingPlan.of(epochs, get(BATCH_SIZE))
        .withAugmentation(augmentation())
        .withSeed(get(SEED))
        .withSampling(get(SAMPLING))
        .withReestimatedBatches(get(REESTIMATE_BATCHNORM))
        .withEvaluateEvery(get(EVALUATE_EVERY));
  }

  /** The network, its optimizer and its augmentation, for images of a shape. */
  public Setup setup(ImageShape shape, int classes) {
    return new Setup(
        network(shape, classes),
        get(BATCH_SIZE),
        policyChoice().momentumAtPeak(),
        augmentation(),
        learnerSettings(),
        get(SAMPLING));
  }

  /** The setup of a program's task: its own network and loss, and the other settings from here. */
  Setup setup(TrainingTask task) {
    return new Setup(
        task.network(),
        get(BATCH_SIZE),
        policyChoice().momentumAtPeak(),
        task.augmentation(),
        learnerSettings().toBuilder().loss(task.loss()).build(),
        get(SAMPLING));
  }

  /**
   * Makes sure that no setting is given that a program's task has a value of its own for.
   *
   * @throws InvalidValueException naming the setting
   */
  TrainingConfig requireForTask() {
    for (Setting<?> setting : settings()) {
      if (isGiven(setting) && ofImageFiles(setting)) {
        throw Require.invalid(
            label(setting),
            "left out for a task, which brings its own data, network and loss,",
            written(setting).orElseThrow(),
            "set it in the task");
      }
    }
    return this;
  }

  /** The settings of a run of a program's task, by name. */
  Map<String, Object> toTaskMap() {
    Map<String, Object> map = toRepeat();
    settings().stream().filter(TrainingConfig::ofImageFiles).forEach(s -> map.remove(s.name()));
    return map;
  }

  private static boolean ofImageFiles(Setting<?> setting) {
    Group group = group(setting);
    return group == Group.DATA
        || group == Group.AUGMENTATION
        || List.of(MODEL, TRUST_MODEL, FROM, NORMALIZATION, LABEL_SMOOTHING, CLASS_WEIGHTS, DROPOUT)
            .contains(setting)
        || setting.name().startsWith("from_");
  }

  /** The longest time between checkpoints. */
  public Duration checkpointInterval() {
    return Duration.ofMillis(Math.round(60_000 * get(CHECKPOINT_MINUTES)));
  }

  /** Two configurations are equal where the same settings are given with the same values. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TrainingConfig config && givenToMap().equals(config.givenToMap());
  }

  @Override
  public int hashCode() {
    return givenToMap().hashCode();
  }

  @Override
  public String toString() {
    return givenToMap().entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }
}
