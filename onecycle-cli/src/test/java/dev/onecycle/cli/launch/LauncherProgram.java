package dev.onecycle.cli.launch;

import dev.onecycle.cli.console.JavaProgram;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.torch.distributed.Rendezvous;
import java.util.List;
import java.util.stream.Stream;

/** A launcher of two ranks that run {@link RankProgram}. */
final class LauncherProgram {
  private LauncherProgram() {}

  static RankJob.Work work(boolean json, String... words) {
    return work(json, false, words);
  }

  static RankJob.Work work(boolean json, boolean extendsRun, String... words) {
    List<String> java =
        JavaProgram.command(
            List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx64m"),
            RankProgram.class.getName());
    return new RankJob.Work(
        attempt -> Stream.concat(java.stream(), Stream.of(words)).toList(), json, extendsRun);
  }

  public static void main(String[] words) {
    Signals.watch();
    RankJob.Place place = new RankJob.Place(Rendezvous.ALONE, 2);
    RankJob job =
        new RankJob(work(false, words), place, 1, System.getenv(), System.out, System.err);
    RankJob.End end = job.run();
    System.out.println("rank " + end.rank() + " code " + end.code());
    System.exit(end.code());
  }
}
