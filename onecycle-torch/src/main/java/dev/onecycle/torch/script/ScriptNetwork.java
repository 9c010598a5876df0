package dev.onecycle.torch.script;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.nn.ScriptFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens TorchScript files as networks.
 *
 * <p>Such a file is a program that runs in this process, with the user's rights, once the network
 * is used: open files of makers whom you trust alone.
 */
public final class ScriptNetwork {
  /** The name of every network from a TorchScript file, wherever the file lies. */
  public static final String NAME = "torchscript";

  /** What a trial found does not change with time. */
  private static final Map<Request, Network> TRIED = new ConcurrentHashMap<>();

  private ScriptNetwork() {}

  private record Request(ScriptFile file, ImageShape input, int classes) {}

  /**
   * The network of a file, after a {@link ScriptTrial}.
   *
   * @param input the images that it is to take
   * @param classes the number of scores that it is to give
   * @throws BadDataException naming what makes it unusable
   */
  public static Network open(Path path, ImageShape input, int classes) {
    ScriptFile file = ScriptFile.at(path);
    Network known = TRIED.get(new Request(file, input, classes));
    if (known != null) {
      Script script = (Script) known.layers();
      return of(
          new Script(
              file,
              input,
              classes,
              script.arrays(),
              script.layout(),
              script.drawsRandomNumbers())); // at its place of now
    }
    try (ScriptTrial trial = new ScriptTrial()) {
      Network network = trial.of(file, input, classes);
      TRIED.put(new Request(file, input, classes), network);
      return network;
    }
  }

  /** The network of a file that was tried. */
  static Network of(Script script) {
    return new Network(NAME, script.input(), script.outputs(), script);
  }
}
