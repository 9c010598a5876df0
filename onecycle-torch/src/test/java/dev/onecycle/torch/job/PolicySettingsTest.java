package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.schedule.Anneal;
import dev.onecycle.schedule.MomentumRange;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.schedule.PolicyChoice.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings of a policy as a file and a run record have them. */
class PolicySettingsTest {
  private static final TrainingConfig PYTORCH =
      TrainingConfig.defaults()
          .with(TrainingConfig.POLICY, Kind.PYTORCH3)
          .with(TrainingConfig.WARMUP_SHARE, 0.4)
          .with(TrainingConfig.ANNEAL, Anneal.LINEAR)
          .with(TrainingConfig.DIVIDER, 0.5)
          .with(TrainingConfig.FINAL_DIVIDER, 50.0)
          .with(TrainingConfig.MOMENTUM, MomentumRange.cycled(0.9, 0.8));

  private static final TrainingConfig FASTAI =
      TrainingConfig.defaults()
          .with(TrainingConfig.POLICY, Kind.FASTAI2)
          .with(TrainingConfig.WARMUP_SHARE, 0.4)
          .with(TrainingConfig.MOMENTUM, MomentumRange.cycled(0.9, 0.8, 0.7));

  @Test
  void settingsMakeTheChoice() {
    assertThat(PYTORCH.validated().policyChoice())
        .isEqualTo(
            PolicyChoice.of(Kind.PYTORCH3)
                .withWarmupShare(0.4)
                .withAnneal(Anneal.LINEAR)
                .withDivider(0.5)
                .withFinalDivider(50)
                .withMomentum(MomentumRange.cycled(0.9, 0.8)));
    assertThat(FASTAI.validated().policyChoice().momentum().atEnd()).isEqualTo(0.7);
    for (Kind kind : Kind.values()) {
      assertThat(
              TrainingConfig.defaults()
                  .with(TrainingConfig.POLICY, kind)
                  .validated()
                  .policyChoice())
          .isEqualTo(PolicyChoice.of(kind));
    }
  }

  @Test
  void whatARunRecordKeepsMakesTheSameChoice() {
    for (TrainingConfig config : new TrainingConfig[] {PYTORCH, FASTAI}) {
      TrainingConfig kept = TrainingConfig.of(config.toMap());
      assertThat(kept.policyChoice()).isEqualTo(config.policyChoice());
      assertThat(kept.toMap()).isEqualTo(config.toMap());
    }
    assertThat(FASTAI.toMap()).containsEntry("momentum", "0.9:0.8:0.7");
    assertThat(PYTORCH.toMap()).containsEntry("anneal", "linear");
  }

  @Test
  void aFileHasThemByName(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("config.yaml");
    Files.writeString(
        file,
        "policy: pytorch3\nwarmup_share: 0.4\nanneal: linear\ndivider: 0.5\nfinal_divider: 50\n"
            + "momentum: 0.9:0.8\n");
    assertThat(TrainingConfig.read(file).policyChoice()).isEqualTo(PYTORCH.policyChoice());
  }

  @Test
  void amongOtherSettingsAMistakeIsNamedAsItsSettingIs() {
    assertThatThrownBy(
            () -> TrainingConfig.defaults().with(TrainingConfig.WARMUP_SHARE, 0.4).validated())
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "warmup_share must be left out with the policy onecycle, which has none, but was 0.4");
    assertThatThrownBy(() -> TrainingConfig.MOMENTUM.read("momentum", "0.85:0.95"))
        .hasMessageContaining("did you mean 0.95:0.85?");
  }
}
