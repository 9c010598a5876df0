package dev.onecycle.run.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.run.ConditionsTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeTest {
  @TempDir Path folder;

  private static Recipe recipe() {
    return new Recipe(
        Recipe.FORMAT,
        List.of("onecycle", "tune", "my photos", "--seed", "3"),
        Map.of("batch-size", "128", "weight-decay", "1e-4", "nesterov: #", "it's \"so\"\nyes"),
        Map.of("weight-decay", "1e-4: the largest, \"1e-3\" reaches 6 # no comment"),
        ConditionsTest.some());
  }

  @Test
  void recipesComeBackEqual() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    recipe().write(file);
    assertThat(Recipe.read(file)).isEqualTo(recipe());
    assertThat(Files.readString(file)).startsWith("# A recipe for training");
  }

  @Test
  void peopleMayWriteNumbersWithoutQuotes() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    recipe().write(file);
    String text = Files.readString(file);
    Files.writeString(file, text.replace("batch-size: \"128\"", "batch-size: 256"));
    assertThat(Recipe.read(file).settings()).containsEntry("batch-size", "256");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[1, 2",
        "format: 1",
        "format: 2\ncommand: []\nsettings: {}\nreasons: {}\nconditions: {}",
        "settings: {a: {b: c}}",
        "&a [*a, *a]",
        "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]",
        "\u0000",
        "a: b: c"
      })
  void whatIsNoRecipeIsRefusedInOneLine(String text) throws IOException {
    Path file = folder.resolve("recipe.yaml");
    Files.writeString(file, text);
    assertThatThrownBy(() -> Recipe.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(file.toString())
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines().count()).isEqualTo(1));
  }

  @Test
  void aSettingWithoutAValueIsRefused() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    recipe().write(file);
    String text = Files.readString(file);
    Files.writeString(file, text.replace("batch-size: \"128\"", "batch-size:"));
    assertThatThrownBy(() -> Recipe.read(file)).hasMessageContaining("without a value");
  }
}
