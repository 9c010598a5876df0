package dev.onecycle.data.image.decode;

import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.event.IIOReadWarningListener;
import org.jspecify.annotations.Nullable;

/** Observes damage that ImageIO only warns of: missing pixels, which stay grey or black. */
final class DamageListener implements IIOReadWarningListener, IIOReadProgressListener {
  private @Nullable String warning;
  private float percent;

  /** The damage of an image that was read; null if there is none. */
  @Nullable String damage(ImageFormat format) {
    if (warning == null && format == ImageFormat.GIF && percent < 100) {
      return "its pixels end after " + (int) percent + " % of its rows";
    }
    return warning;
  }

  @Override
  public void warningOccurred(ImageReader source, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    boolean harmless = lower.contains("extraneous") || lower.contains("icc");
    if (!harmless
        && (lower.contains("premature")
            || lower.contains("truncated")
            || lower.contains("corrupt"))) {
      warning = text;
    }
  }

  @Override
  public void imageProgress(ImageReader source, float percentageDone) {
    percent = percentageDone;
  }

  @Override
  public void imageStarted(ImageReader source, int imageIndex) {}

  @Override
  public void imageComplete(ImageReader source) {}

  @Override
  public void sequenceStarted(ImageReader source, int minIndex) {}

  @Override
  public void sequenceComplete(ImageReader source) {}

  @Override
  public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

  @Override
  public void thumbnailProgress(ImageReader source, float percentageDone) {}

  @Override
  public void thumbnailComplete(ImageReader source) {}

  @Override
  public void readAborted(ImageReader source) {}
}
