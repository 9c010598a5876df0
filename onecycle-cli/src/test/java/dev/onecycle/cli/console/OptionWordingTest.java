package dev.onecycle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.error.Require;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionWordingTest {
  /** Also those whose name is a word of sentences: epochs, seed, labels, from. */
  @Test
  void everySettingIsAnOptionAfterSet() {
    for (Setting<?> setting : TrainingConfig.settings()) {
      String option = setting == TrainingConfig.DATA ? "DATA" : setting.option();
      assertThat(OptionWording.of("too few; set " + setting.name() + " to another"))
          .isEqualTo("too few; set " + option + " to another");
      assertThat(OptionWording.of(Require.invalid(setting.name(), "right", 3, "change it")))
          .hasToString(option + " must be right but was 3; change it");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "few: set batch_size and epochs to choose|few: set --batch-size and --epochs to choose",
        "set labels, epochs or label_pattern|set --labels, --epochs or --label-pattern",
        "a note. Set encoding, to gbk|a note. Set --encoding, to gbk",
        "higher, or set annihilation to 0|higher, or set --annihilation to 0",
        "set image_size to change that|set --image-size to change that",
        "give a peak as max_lr|give a peak as --max-lr",
      })
  void severalNamesAndOtherPlacesAreOptionsToo(String sentence, String options) {
    assertThat(OptionWording.of(sentence)).isEqualTo(options);
  }

  /** The test set from a folder is no option --from. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "images of the test set from photos/",
        "look at labels, data and model",
        "3 epochs of 12 steps; momentum 0.9 to 0.8",
        "photos/batch_size/image_size.png is damaged",
      })
  void otherWordsStay(String sentence) {
    assertThat(OptionWording.of(sentence)).isEqualTo(sentence);
  }
}
