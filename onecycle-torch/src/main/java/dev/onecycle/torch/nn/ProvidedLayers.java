package dev.onecycle.torch.nn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.nn.NetworkJson.Fields;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The JSON of layers that a {@link LayerProvider} names: the components of their records. */
final class ProvidedLayers {
  private static final List<Class<?>> TYPES =
      List.of(int.class, long.class, double.class, boolean.class, String.class);

  private ProvidedLayers() {}

  /** The class of a name, if a provider names it. */
  static Optional<Class<? extends Layer>> named(String name) {
    for (LayerProvider provider : ServiceLoader.load(LayerProvider.class)) {
      for (Class<? extends Layer> type : provider.layers()) {
        if (type.getName().equals(name)) {
          return Optional.of(type);
        }
      }
    }
    return Optional.empty();
  }

  /** Adds the components of a layer. */
  static ObjectNode write(Layer layer, ObjectNode json) {
    for (RecordComponent component : components(layer.getClass())) {
      Object value = value(layer, component);
      if (value instanceof Integer whole) {
        json.put(component.getName(), whole);
      } else if (value instanceof Long whole) {
        json.put(component.getName(), whole);
      } else if (value instanceof Boolean flag) {
        json.put(component.getName(), flag);
      } else if (value instanceof Double number) {
        json.set(component.getName(), NetworkJson.number(number));
      } else {
        json.put(component.getName(), (String) value);
      }
    }
    return json;
  }

  /** Makes a layer of its components. */
  static Layer read(Class<? extends Layer> type, Fields json) {
    RecordComponent[] components = components(type);
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      String name = components[i].getName();
      Class<?> wanted = components[i].getType();
      if (wanted == int.class) {
        values[i] = json.whole(name);
      } else if (wanted == long.class) {
        values[i] = json.longWhole(name);
      } else if (wanted == double.class) {
        values[i] = json.number(name);
      } else if (wanted == boolean.class) {
        values[i] = json.yesOrNo(name);
      } else {
        values[i] = json.text(name);
      }
    }
    Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException(type.getName() + " cannot be made", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw unsuitable(type);
    }
  }

  private static RecordComponent[] components(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null
        || !Stream.of(components).allMatch(component -> TYPES.contains(component.getType()))) {
      throw unsuitable(type);
    }
    return components;
  }

  private static Object value(Layer layer, RecordComponent component) {
    try {
      return component.getAccessor().invoke(layer);
    } catch (ReflectiveOperationException e) {
      throw unsuitable(layer.getClass());
    }
  }

  private static InvalidValueException unsuitable(Class<?> type) {
    return InvalidValueException.ofSeveral(
        "layer "
            + type.getName()
            + " must be a public record of int, long, double, boolean and String components, so"
            + " that it can be written to files, but is not; make it one");
  }
}
