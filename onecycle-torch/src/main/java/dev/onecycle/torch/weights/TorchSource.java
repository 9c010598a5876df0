package dev.onecycle.torch.weights;

import java.io.Closeable;
import java.io.IOException;

/** An open file of PyTorch: the value of its pickle, and the numbers that it refers to. */
interface TorchSource extends Closeable {
  /** The value that was saved. */
  Object root();

  /** Makes sure that the file has a storage, of the size that its pickle states. */
  void requireStored(StorageRef storage) throws IOException, Unsound;

  /** The numbers of a storage with a type, all of them. */
  Elements numbers(StorageRef storage) throws IOException, Unsound;
}
