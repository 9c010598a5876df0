/**
 * Folders, tar and zip files, walked in the same way and never unpacked. Internal: not part of the
 * API.
 */
@NullMarked
package dev.onecycle.data.archive;

import org.jspecify.annotations.NullMarked;
