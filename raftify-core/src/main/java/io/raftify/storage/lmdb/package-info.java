/** The log in an LMDB file: every acknowledged entry is synced, every value carries a checksum. */
@NullMarked
package io.raftify.storage.lmdb;

import org.jspecify.annotations.NullMarked;
