package dev.onecycle.cli.launch;

import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.torch.distributed.Rendezvous;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * In a process that {@code launch} started, the end of a pipe that only the launcher holds. Signals
 * come through it; when it closes, the launcher is gone, also by kill -9, and the process ends.
 */
public final class LauncherWatch {
  /** The order to save; every other byte is the number of a signal. */
  static final int SAVE = 'S';

  private LauncherWatch() {}

  /** Watches the launcher of this process, where it has one. */
  public static void begin(Map<String, String> environment) {
    if (environment.containsKey(Rendezvous.ONECYCLE_LAUNCH)) {
      Signals.passedOn();
      InputStream orders = System.in;
      Thread watch = new Thread(() -> obey(orders), "onecycle-launcher");
      watch.setDaemon(true);
      watch.start();
    }
  }

  private static void obey(InputStream orders) {
    try {
      for (int order = orders.read(); order >= 0; order = orders.read()) {
        if (order == SAVE) {
          Signals.passSave();
        } else {
          Signals.pass(order);
        }
      }
    } catch (IOException e) {
      System.err.println("onecycle: the launcher cannot be heard: " + e.getMessage());
    }
    Runtime.getRuntime().halt(ExitCode.SOFTWARE);
  }
}
