//! Every bound on what a peer may send, in one place.
//!
//! Units stand in the names. A bound here is part of the wire format: the front end reads the same
//! numbers from `web/src/protocol/gen/limits.ts`.

/// Largest WebSocket message in either direction, in bytes.
pub const MESSAGE_BYTES: usize = 128 * 1024;
/// Largest control (text) message a browser may send, in bytes; a token of [`TOKEN_BYTES`] fits.
pub const CONTROL_BYTES: usize = 32 * 1024;
/// Largest access token, in bytes.
pub const TOKEN_BYTES: usize = 8 * 1024;
/// Largest payload of one OUTPUT frame, in bytes. A frame of this size is parsed by xterm.js in
/// under 2 ms, so a keystroke's echo never waits long behind it.
pub const OUTPUT_BYTES: usize = 64 * 1024;
/// Largest payload of one INPUT frame, in bytes.
pub const INPUT_BYTES: usize = 16 * 1024;
/// Input a browser may have sent and not yet seen acknowledged, in bytes.
pub const INPUT_WINDOW_BYTES: u64 = 64 * 1024;
/// Output kept of one terminal, in bytes; a viewer further behind gets a reset.
pub const SCROLLBACK_BYTES: usize = 1024 * 1024;
/// Output a viewer may have received and not yet acknowledged, in bytes.
pub const OUTPUT_WINDOW_BYTES: u64 = 1024 * 1024;
/// How often a viewer acknowledges at least, in bytes of parsed output.
pub const ACK_EVERY_BYTES: u64 = 64 * 1024;
/// Fewest columns or rows of a terminal.
pub const TERMINAL_MIN: u16 = 2;
/// Most columns or rows of a terminal.
pub const TERMINAL_MAX: u16 = 1000;
/// Longest id of a session or a viewer, in bytes.
pub const ID_BYTES: usize = 64;
/// Viewers of one session at most.
pub const VIEWERS_PER_SESSION: usize = 64;
/// Live sessions of one build at most.
pub const SESSIONS_PER_BUILD: usize = 16;
/// Largest SFTP packet that a machine may send, in bytes: what OpenSSH itself sends and takes at most.
pub const SFTP_PACKET_BYTES: usize = 256 * 1024;
/// Longest handle of an open file on a machine, in bytes (draft-ietf-secsh-filexfer-02, section 6.3).
pub const SFTP_HANDLE_BYTES: usize = 256;
/// Longest path of a file on a machine, in bytes.
pub const FILE_PATH_BYTES: usize = 4096;
/// Longest side of a desktop, in pixels.
pub const DESKTOP_SIDE_MAX: u16 = 8192;
/// Pixels of a desktop at most: more than 7680×4320, less than a machine could ask memory for.
pub const DESKTOP_PIXELS_MAX: u64 = 1 << 25;
/// Longest side of a pointer's picture, in pixels.
pub const DESKTOP_CURSOR_MAX: u16 = 1024;
/// Largest text of a clipboard, in bytes of UTF-8.
pub const CLIPBOARD_BYTES: usize = 1024 * 1024;
/// Longest name or reason that a VNC server may send, in bytes.
pub const RFB_STRING_BYTES: usize = 64 * 1024;
/// What is kept of it, in bytes.
pub const RFB_TEXT_BYTES: usize = 256;
/// Longest key of Apple's key exchange, in bytes.
pub const RFB_KEY_BYTES: usize = 512;
/// Longest RSA key of a VNC server, in bits.
pub const RFB_RSA_BITS: u32 = 8192;
/// What one sealed message toward a VNC server has at most, in bytes: TigerVNC's own measure.
pub const RFB_SEALED_BYTES: usize = 8192;
/// Compressed pixels of one of Tight's rectangles, in bytes; its length has no more bits.
pub const RFB_TIGHT_BYTES: usize = 4 * 1024 * 1024;
/// One operation on a desktop's picture at most, in bytes: a megapixel that does not compress, or a pointer.
pub const PICTURE_OP_BYTES: usize = 5 * 1024 * 1024;
/// What one message has of a picture or of a clipboard's text at most, in bytes: a key's effect waits behind no more.
pub const DESKTOP_PIECE_BYTES: usize = 64 * 1024;
