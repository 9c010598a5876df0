package dev.onecycle.data.download;

import java.net.URI;

/**
 * A file that its publisher offers for download, known byte for byte.
 *
 * @param uri where it is
 * @param set the data set it belongs to, and so the folder of downloads that keeps it
 * @param name what it is called there
 * @param bytes its exact size
 * @param sha256 its SHA-256 in lower-case hexadecimal
 */
public record RemoteFile(URI uri, String set, String name, long bytes, String sha256) {}
