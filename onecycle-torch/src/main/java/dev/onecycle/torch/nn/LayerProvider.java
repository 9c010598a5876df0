package dev.onecycle.torch.nn;

import java.util.List;

/**
 * Names the layers of one's own that model files may hold, so that such a file can be read again.
 *
 * <p>An implementation is found by {@link java.util.ServiceLoader}: its name stands in {@code
 * META-INF/services/dev.onecycle.torch.nn.LayerProvider}. A file can name no other classes.
 */
public interface LayerProvider {
  /**
   * The classes of the layers: public records whose components are int, long, double, boolean or
   * String. Their names and the names of their components stand in the files.
   */
  List<Class<? extends Layer>> layers();
}
