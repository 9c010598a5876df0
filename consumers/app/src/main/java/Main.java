import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;

import dev.onecycle.error.EngineException;
import dev.onecycle.export.ExportOptions;
import dev.onecycle.export.OnnxFile;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.predict.Predictor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** The README's example on photos of two colours; or why it cannot run. */
public class Main {
  public static void main(String[] args) throws IOException {
    for (int i = 0; i < 24; i++) {
      draw(Path.of("photos", "red", i + ".png"), 0xFF0000 + 9 * i);
      draw(Path.of("photos", "blue", i + ".png"), 0x0000FF + (9 * i << 16));
    }
    draw(Path.of("new.jpg"), 0x2020F0);
    try {
      // README
    } catch (EngineException e) {
      System.out.println(e.getMessage());
    }
  }

  private static void draw(Path file, int colour) throws IOException {
    BufferedImage image = new BufferedImage(12, 12, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 12 * 12; i++) {
      image.setRGB(i % 12, i / 12, colour);
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    ImageIO.write(image, "png", file.toFile());
  }
}
