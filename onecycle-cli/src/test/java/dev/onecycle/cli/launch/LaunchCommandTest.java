package dev.onecycle.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Main;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.torch.distributed.Rendezvous;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LaunchCommandTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "launch -- train x | --nproc must be the number of ranks on this machine but was missing",
        "launch --nproc 0 -- train x | --nproc must be from 1 to 1024 but was 0",
        "launch --nproc 2 | COMMAND must be given; for example: onecycle launch --nproc 2 -- train",
        "launch --nproc 2 -- fly x | COMMAND must be one that trains or tests on ranks, such as",
        "launch --nproc 2 predict x y | but was predict; start others without launch",
        "launch --nproc 2 launch --nproc 2 train x | but was launch; start others without launch",
        "launch --nproc 2 -- train | DATA must be given; for example: onecycle train photos/",
        "launch --nproc 2 -- train x --epoch 3 | unknown option '--epoch'; did you mean --epochs?",
        "launch --nproc 2 -- train x --rank 1 | --rank must be left out but was 1; launch tells",
        "launch --nproc 2 --max-restarts -1 train x | --max-restarts must be at least 0 but was -1",
        "launch --nproc 2 --nnodes 2 -- train x | --node-rank must be given beside world size",
        "launch --nproc 2 --nnodes 2 --node-rank 2 --master a:1 -- train x | --node-rank must be",
        "launch --nproc 2 --nnodes 2 --node-rank 1 -- train x | --master must be given as HOST:PORT",
        "launch --nproc 1 --nnodes 2 --node-rank 1 --master a:65535 -- train x | at most 65532",
      })
  void mistakesAreUsageErrors(String line, String words) {
    Cli.Result result = Cli.run((Object[]) line.strip().split(" "));
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.complaints()).singleElement().asString().contains(words.strip());
  }

  @Test
  void helpIsThatOfTheCommand() {
    Cli.Result help = Cli.run("launch", "--nproc", 2, "--", "train", "--help");
    assertThat(help.code()).isZero();
    assertThat(help.out()).isEqualTo(Cli.run("train", "--help").out());
    Cli.Result json = Cli.run("launch", "--nproc", 2, "--", "train", "--json", "--max-lr", "x");
    assertThat(json.json().at("/error/kind").asText()).isEqualTo("usage");
  }

  private static LaunchCommand parsed(String... words) {
    CommandLine line = Main.commandLine();
    line.parseArgs(words);
    return Objects.requireNonNull(line.getSubcommands().get("launch")).getCommand();
  }

  @Test
  void machinesAreCountedByWhatStartsTheLaunchers() {
    String[] words = {"launch", "--nproc", "4", "train", "x"};
    assertThat(parsed(words).place(Map.of())).isEqualTo(new RankJob.Place(Rendezvous.ALONE, 4));
    RankJob.Place slurm =
        parsed(words)
            .place(
                Map.of(
                    "SLURM_PROCID",
                    "1",
                    "SLURM_NTASKS",
                    "2",
                    "SLURM_STEP_ID",
                    "0",
                    "SLURM_JOB_ID",
                    "42",
                    "SLURM_JOB_NODELIST",
                    "n[1-2]"));
    assertThat(slurm.machines()).hasToString("rank 1 of 2 at n1:15042, told by Slurm");
    assertThat(slurm.rank(3)).isEqualTo(7);
    assertThat(slurm.size()).isEqualTo(8);
    Map<String, String> kubeflow =
        Map.of(
            "PET_NNODES",
            "2",
            "PET_NPROC_PER_NODE",
            "3",
            "PET_NODE_RANK",
            "1",
            "PET_MASTER_ADDR",
            "a",
            "PET_MASTER_PORT",
            "29400");
    RankJob.Place pod = parsed("launch", "train", "x").place(kubeflow);
    assertThat(pod.ranks()).isEqualTo(3);
    assertThat(pod.rank(0)).isEqualTo(3);
    assertThat(pod.machines().port()).isEqualTo(29400);
    assertThat(parsed(words).place(kubeflow).ranks()).isEqualTo(4);
  }

  @Test
  void theStoreOfAnAgentIsNotForLaunch() {
    LaunchCommand command = parsed("launch", "--nproc", "4", "train", "x");
    assertThatExceptionOfType(InvalidValueException.class)
        .isThrownBy(
            () ->
                command.place(
                    Map.of(
                        "RANK",
                        "1",
                        "WORLD_SIZE",
                        "2",
                        "MASTER_ADDR",
                        "a",
                        "MASTER_PORT",
                        "29500",
                        "TORCHELASTIC_RUN_ID",
                        "x",
                        "TORCHELASTIC_USE_AGENT_STORE",
                        "True")))
        .withMessageContaining("TORCHELASTIC_USE_AGENT_STORE must be False");
  }

  private static RankedCommand ranked(String... words) {
    return RankedCommand.of(List.of(words), Main.commandLine());
  }

  @Test
  void allAttemptsHaveOneFolder() {
    RankedCommand train = ranked("train", "x", "--model", "fast");
    assertThat(train.words(0)).startsWith("train", "x", "--model", "fast").hasSize(5);
    assertThat(train.words(0).get(4)).matches("--out=runs/fast-[0-9-]+");
    assertThat(ranked("tune", "x").words(0).get(2)).startsWith("--out=runs/tune-resnet20-");
    assertThat(ranked("fine-tune", "x", "--from", "y").words(0).get(4))
        .startsWith("--out=runs/fine-tune-");
    assertThat(ranked("sweep", "x").words(0)).containsExactly("sweep", "x");
    assertThat(ranked("tune", "x", "-o", "y").words(0)).containsExactly("tune", "x", "-o", "y");
  }

  @Test
  void aTrainingThatHasBegunIsResumed() {
    RankedCommand train = ranked("train", "x", "-o", "y", "--json");
    assertThat(train.words(0)).containsExactly("train", "x", "-o", "y", "--json");
    assertThat(train.words(1)).containsExactly("train", "x", "-o", "y", "--json", "--resume");
    RankedCommand always = ranked("train", "x", "-o", "y", "--resume");
    assertThat(always.words(1)).isEqualTo(always.words(0));
    assertThat(ranked("resume", "y").words(2)).containsExactly("resume", "y");
    assertThat(ranked("tune", "x", "-o", "y").words(1)).containsExactly("tune", "x", "-o", "y");
  }

  /** The program itself, as its launcher starts it: every rank refuses the folder that is none. */
  @Test
  void ranksAreThisProgram() {
    List<String> command =
        ProcessUnderTest.java(
            List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(List.of("launch", "--nproc", "2", "--json", "--", "resume"));
    command.add(temp.resolve("none").toString());
    ProcessUnderTest process = ProcessUnderTest.start(temp, command, Map.of());
    int code = process.exitCode();
    assertThat(code).as(process.output()).isEqualTo(65);
    assertThat(Cli.read(process.out()).lines()).hasSize(1); // nothing of the engine
    assertThat(Cli.parse(Cli.read(process.out())).at("/error/exit_code").asInt()).isEqualTo(code);
    assertThat(Cli.read(process.err()))
        .contains("[rank ", "another attempt would end so too")
        .doesNotContain("start again");
  }
}
