package dev.onecycle.bench.peers;

import dev.onecycle.error.Require;
import dev.onecycle.run.files.AtomicFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The speed of onecycle and of PyTorch on photos: the data path alone, and training with it. */
@Command(
    name = "photos",
    description = {
      "Images/s on photos as JPEG files, against PyTorch: the data path alone, or a ResNet-18.",
      "",
      "The photos are drawn from a seed: 500×375 pixels, about 80 kB. From them, random crops of"
          + " 224×224 with flips are made. Peers run in turn as in bench peers; torchvision must be"
          + " there.",
      ""
    },
    mixinStandardHelpOptions = true)
public final class PhotosBench implements Callable<Integer> {
  private static final List<String> NAMES =
      List.of(Peers.ONECYCLE, Peers.PYTORCH_TUNED, Peers.PYTORCH_STANDARD);

  @Option(
      names = "--part",
      defaultValue = PhotoWorkload.DATA,
      description = "data or training. Default: ${DEFAULT-VALUE}.")
  String part = PhotoWorkload.DATA;

  @Option(names = "--photos", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
  int photos = 1000;

  @Option(names = "--batch-size", defaultValue = "32", description = "Default: ${DEFAULT-VALUE}.")
  int batchSize = 32;

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  int rounds = 5;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Measured time of a turn. Default: ${DEFAULT-VALUE}.")
  double seconds = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "4",
      description = "Time of a turn that does not count. Default: ${DEFAULT-VALUE}.")
  double warmUp = 4;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "180",
      description = "Limit of a turn. Default: ${DEFAULT-VALUE}.")
  double timeout = 180;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Peers: onecycle, pytorch-tuned, pytorch-standard. Default: all.")
  List<String> only = NAMES;

  @Option(
      names = "--python",
      paramLabel = "COMMAND",
      description = "A Python that has torchvision. Default: python3 or /usr/bin/python3.")
  @Nullable String python;

  @Option(names = "--json", paramLabel = "FILE", description = "Write all results as JSON.")
  @Nullable Path json;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Write the table as Markdown.")
  @Nullable Path markdown;

  @Override
  public Integer call() {
    require();
    Map<String, String> machine = Machine.facts();
    Path checkout = Checkout.root();
    Path folder = PeersBench.folder(checkout);
    PhotoWorkload workload =
        new PhotoWorkload(folder.resolve("photos-" + photos), photos, batchSize, part);
    Peers catalog = new Peers(checkout, workload.write(folder), Optional.ofNullable(python));
    List<Peer> peers = catalog.onPhotos(only);
    TimedRun timedRun = new TimedRun(warmUp, seconds, timeout, folder);
    List<PeerResult> results = PeersBench.rounds(timedRun, peers, rounds);
    PeersBench.report(
        new Results(machine, workload, warmUp, seconds, Results.rows(results, Peers.ONECYCLE)),
        Optional.ofNullable(json),
        Optional.ofNullable(markdown));
    return PeersBench.onecycle(results).map(PeerResult::runs).orElse(true) ? 0 : 1;
  }

  private void require() {
    boolean known = List.of(PhotoWorkload.DATA, PhotoWorkload.TRAINING).contains(part);
    Require.that(known, "part", "data or training", part, part);
    Require.atLeast("photos", photos, 2 * Photos.CLASSES);
    Require.atLeast("batch size", batchSize, 2);
    Require.atLeast("rounds", rounds, 1);
    Require.positive("seconds", seconds);
    Require.atLeast("warm-up", warmUp, 0.0);
    Require.that(
        timeout > warmUp + seconds,
        "timeout",
        "more than warm-up and seconds together",
        timeout,
        timeout);
    for (String name : only) {
      Require.that(NAMES.contains(name), "a peer", "one of " + NAMES, name, name);
    }
    if (json != null) {
      AtomicFile.requireWritable(json);
    }
    if (markdown != null) {
      AtomicFile.requireWritable(markdown);
    }
  }
}
