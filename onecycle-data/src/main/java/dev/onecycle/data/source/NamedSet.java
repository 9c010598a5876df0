package dev.onecycle.data.source;

import dev.onecycle.data.archive.Archive;
import dev.onecycle.data.download.Downloader;
import dev.onecycle.data.download.RemoteFile;
import dev.onecycle.data.index.SourceIndex;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A dataset that is known by name, with the address where its publisher offers it.
 *
 * <p>MNIST comes from the mirror that PyTorch uses, because its original server refuses automatic
 * downloads. Fashion-MNIST comes from the repository of its publisher, because its other address
 * has no https.
 *
 * @param title the name
 * @param base the address that the files are relative to
 * @param classes the names of the classes, if the files do not have them
 * @param files the files
 * @param kind the format of the files
 */
record NamedSet(String title, String base, List<String> classes, List<File> files, Kind kind) {
  private static final String KRIZHEVSKY = "https://www.cs.toronto.edu/~kriz/";

  private static final List<NamedSet> ALL =
      List.of(
          new NamedSet(
              "cifar10",
              KRIZHEVSKY,
              List.of(),
              List.of(
                  new File(
                      "cifar-10-binary.tar.gz",
                      170_052_171,
                      "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")),
              Kind.CIFAR_10),
          new NamedSet(
              "cifar100",
              KRIZHEVSKY,
              List.of(),
              List.of(
                  new File(
                      "cifar-100-binary.tar.gz",
                      168_513_733,
                      "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")),
              Kind.CIFAR_100),
          new NamedSet(
              "mnist",
              "https://ossci-datasets.s3.amazonaws.com/mnist/",
              IdxSource.DIGITS,
              List.of(
                  new File(
                      "train-images-idx3-ubyte.gz",
                      9_912_422,
                      "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                  new File(
                      "train-labels-idx1-ubyte.gz",
                      28_881,
                      "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                  new File(
                      "t10k-images-idx3-ubyte.gz",
                      1_648_877,
                      "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                  new File(
                      "t10k-labels-idx1-ubyte.gz",
                      4_542,
                      "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")),
              Kind.IDX),
          new NamedSet(
              "fashion-mnist",
              "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
              List.of(
                  "T-shirt/top",
                  "Trouser",
                  "Pullover",
                  "Dress",
                  "Coat",
                  "Sandal",
                  "Shirt",
                  "Sneaker",
                  "Bag",
                  "Ankle boot"),
              List.of(
                  new File(
                      "train-images-idx3-ubyte.gz",
                      26_421_880,
                      "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                  new File(
                      "train-labels-idx1-ubyte.gz",
                      29_515,
                      "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                  new File(
                      "t10k-images-idx3-ubyte.gz",
                      4_422_102,
                      "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                  new File(
                      "t10k-labels-idx1-ubyte.gz",
                      5_148,
                      "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5")),
              Kind.IDX));

  /** The format of the files. */
  private enum Kind {
    CIFAR_10,
    CIFAR_100,
    IDX
  }

  private record File(String name, long bytes, String sha256) {
    String text() {
      return name + " " + bytes + " " + sha256;
    }
  }

  /** The set of this name in any case, or null. */
  static @Nullable NamedSet of(String name) {
    for (NamedSet set : ALL) {
      if (set.title.equals(name.toLowerCase(Locale.ROOT))) {
        return set;
      }
    }
    return null;
  }

  /** The names of all sets. */
  static List<String> titles() {
    return ALL.stream().map(NamedSet::title).toList();
  }

  /** The files to download for a selection of splits. An archive contains all splits. */
  List<RemoteFile> remoteFiles(SplitSelection selection) {
    return files.stream()
        .filter(file -> selection != SplitSelection.TRAINING || !IdxSource.isTest(file.name()))
        .map(
            file ->
                new RemoteFile(
                    URI.create(base + file.name()),
                    title,
                    file.name(),
                    file.bytes(),
                    file.sha256()))
        .toList();
  }

  /** The set as a source; its files are downloaded when it is read. */
  Source source(Downloader downloader, ReadOptions options) {
    return new Source() {
      @Override
      public String description() {
        return title + " " + options.description();
      }

      /** The known content of the files, so that a decoded set does not need the files. */
      @Override
      public String state() {
        return files.stream().map(File::text).collect(Collectors.joining("\n"));
      }

      @Override
      public SourceIndex read(PixelSink.Factory sinks) {
        List<Path> local = remoteFiles(options.selection()).stream().map(downloader::get).toList();
        Path first = local.get(0);
        Source source =
            switch (kind) {
              case CIFAR_10 -> cifar(first, CifarFormat.CIFAR10, options);
              case CIFAR_100 -> cifar(first, CifarFormat.CIFAR100, options);
              case IDX -> new IdxSource(downloader.folder(title), classes, options);
            };
        return source.read(sinks);
      }
    };
  }

  private static Source cifar(Path archive, CifarFormat format, ReadOptions options) {
    return new CifarSource(Archive.open(archive, Optional.empty()), format, options);
  }
}
