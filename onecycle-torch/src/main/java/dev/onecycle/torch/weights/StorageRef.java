package dev.onecycle.torch.weights;

import java.util.Optional;

/**
 * The place of numbers outside of a pickle.
 *
 * @param type of the numbers; empty where the tensors give it
 * @param key the name of the place
 * @param count of numbers; of bytes where there is no type
 */
record StorageRef(Optional<ElementType> type, String key, long count) {
  /** The same place with a type. */
  StorageRef typed(ElementType of) {
    return type.isPresent() ? this : new StorageRef(Optional.of(of), key, count / of.bytes());
  }
}
