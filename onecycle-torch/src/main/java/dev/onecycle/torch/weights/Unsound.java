package dev.onecycle.torch.weights;

/** The reason why a part of a file is refused; the reader adds the name of the file. */
final class Unsound extends Exception {
  private static final long serialVersionUID = 1;

  Unsound(String reason) {
    super(reason);
  }

  static void require(boolean holds, String otherwise) throws Unsound {
    if (!holds) {
      throw new Unsound(otherwise);
    }
  }
}
