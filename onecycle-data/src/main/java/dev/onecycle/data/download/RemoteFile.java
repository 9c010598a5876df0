package dev.onecycle.data.download;

import java.net.URI;

/**
 * A file that its publisher offers for download, with its known size and hash.
 *
 * @param uri the address of the file
 * @param set the name of its dataset, which is also the name of its folder of downloads
 * @param name the name of the local file
 * @param bytes the exact size in bytes
 * @param sha256 the SHA-256 in lower-case hexadecimal digits
 */
public record RemoteFile(URI uri, String set, String name, long bytes, String sha256) {}
