/** A program of modules. */
module consumer {
  requires dev.onecycle.torch;
  requires dev.onecycle.core;
}
