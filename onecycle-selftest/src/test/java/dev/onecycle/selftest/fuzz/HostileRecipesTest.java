package dev.onecycle.selftest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileRecipesTest {
  /** Damage to a recipe that is invalid already would test nothing. */
  @Test
  void theRecipeBeforeTheDamageIsValid(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("recipe.yaml"), HostileRecipes.INTACT);
    assertThat(Recipe.read(file).settings()).containsEntry("max_lr", "0.3");
    assertThat(TrainingConfig.settings().stream().map(Setting::name).toList())
        .containsAll(Recipe.read(file).settings().keySet());
  }
}
