package dev.onecycle.cli.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names under which a server may be called.
 *
 * <p>A page from elsewhere can have a name whose address it changes to this machine's (DNS
 * rebinding); its browser then reads the answers as the page's own. Such a request has the page's
 * name in its header {@code Host}, so that other names than the server's are refused. Ports are not
 * compared, because a tunnel changes them.
 */
final class HostCheck {
  private static final Pattern HOST =
      Pattern.compile("(?<name>\\[[0-9A-Fa-f:.]+\\]|[^\\[\\]:/?#@\\s]+)(?::\\d{1,5})?");
  private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}|\\[.*\\]");

  private final Set<String> names = new HashSet<>(List.of("localhost", "127.0.0.1", "[::1]"));
  private final boolean anyAddress;

  private HostCheck(boolean anyAddress) {
    this.anyAddress = anyAddress;
  }

  /**
   * The names of a server that listens at an address: those of this machine for itself, the given
   * name, and, where the address can be reached from elsewhere, this machine's name and every
   * address in numbers, which no page can change.
   *
   * @param given name or address, as on the command line
   * @param others by which it is called too
   */
  static HostCheck of(InetAddress address, String given, List<String> others) {
    HostCheck check = new HostCheck(!address.isLoopbackAddress());
    check.names.add(lower(given));
    others.forEach(name -> check.names.add(lower(name)));
    if (check.anyAddress) {
      try {
        check.names.add(lower(InetAddress.getLocalHost().getHostName()));
      } catch (UnknownHostException e) {
        return check; // a machine without a name is called by its address
      }
    }
    return check;
  }

  /** Whether a request with these values of the header {@code Host} is for this server. */
  boolean accepts(List<String> values) {
    if (values.size() != 1) {
      return false;
    }
    var host = HOST.matcher(values.get(0));
    if (!host.matches()) {
      return false;
    }
    String name = lower(host.group("name"));
    return names.contains(name) || (anyAddress && ADDRESS.matcher(name).matches());
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
