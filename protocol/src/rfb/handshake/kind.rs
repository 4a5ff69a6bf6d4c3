//! Security types by number (IANA's registry of RFB; rfbproto, section 7.1.2).

pub(super) const INVALID: u32 = 0;
pub(super) const NONE: u32 = 1;
pub(super) const VNC_AUTH: u32 = 2;
pub(super) const RA2: u32 = 5;
pub(super) const RA2NE: u32 = 6;
pub(super) const VENCRYPT: u32 = 19;
pub(super) const APPLE: u32 = 30;
pub(super) const RA2_256: u32 = 129;
pub(super) const RA2NE_256: u32 = 130;
pub(super) const X509_NONE: u32 = 260;
pub(super) const X509_VNC: u32 = 261;
pub(super) const X509_PLAIN: u32 = 262;

/// A security type's name, where it has one that people may have read.
pub(in crate::rfb) fn name(kind: u32) -> Option<&'static str> {
    Some(match kind {
        NONE => "None",
        VNC_AUTH => "VncAuth",
        RA2 => "RA2",
        RA2NE => "RA2ne",
        13 => "RA2-256",
        16 => "Tight",
        17 => "Ultra",
        18 => "TLS",
        VENCRYPT => "VeNCrypt",
        20 => "SASL",
        22 => "xvp",
        APPLE => "Apple (30)",
        33 => "Apple (33)",
        35 => "Apple (35)",
        36 => "Apple (36)",
        RA2_256 => "RA2_256",
        RA2NE_256 => "RA2ne_256",
        256 => "VeNCrypt Plain",
        257 => "VeNCrypt TLSNone",
        258 => "VeNCrypt TLSVnc",
        259 => "VeNCrypt TLSPlain",
        X509_NONE => "VeNCrypt X509None",
        X509_VNC => "VeNCrypt X509Vnc",
        X509_PLAIN => "VeNCrypt X509Plain",
        _ => return None,
    })
}
