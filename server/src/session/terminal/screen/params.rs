//! Parameters of a control sequence: at most 32 and 32 sub-parameters, the rest is dropped.

const MOST: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Params {
    values: [i32; MOST],
    len: usize,
    subs: [i32; MOST],
    subs_len: usize,
    /// Where the sub-parameters of each parameter begin and end.
    ranges: [(u8, u8); MOST],
    full: bool,
    subs_full: bool,
    in_sub: bool,
}

impl Params {
    /// One parameter, 0: an absent one counts as 0.
    pub(super) fn new() -> Self {
        Self {
            values: [0; MOST],
            len: 1,
            subs: [0; MOST],
            subs_len: 0,
            ranges: [(0, 0); MOST],
            full: false,
            subs_full: false,
            in_sub: false,
        }
    }

    pub(super) fn reset(&mut self) {
        (self.len, self.subs_len) = (1, 0);
        (self.full, self.subs_full, self.in_sub) = (false, false, false);
        self.values[0] = 0;
        self.ranges[0] = (0, 0);
    }

    /// Takes a digit, `;` or `:`.
    pub(super) fn put(&mut self, byte: u8) {
        match byte {
            b';' => self.add(),
            b':' => self.add_sub(),
            digit => self.digit(i32::from(digit) - i32::from(b'0')),
        }
    }

    fn add(&mut self) {
        self.in_sub = false;
        if self.len == MOST {
            self.full = true;
            return;
        }
        self.ranges[self.len] = (self.subs_len as u8, self.subs_len as u8);
        self.values[self.len] = 0;
        self.len += 1;
    }

    fn add_sub(&mut self) {
        self.in_sub = true;
        if self.full || self.subs_len == MOST {
            self.subs_full = true;
            return;
        }
        self.subs[self.subs_len] = -1;
        self.subs_len += 1;
        self.ranges[self.len - 1].1 += 1;
    }

    fn digit(&mut self, digit: i32) {
        if self.full || (self.in_sub && (self.subs_full || self.subs_len == 0)) {
            return;
        }
        let value =
            if self.in_sub { &mut self.subs[self.subs_len - 1] } else { &mut self.values[self.len - 1] };
        *value = if *value == -1 { digit } else { value.saturating_mul(10).saturating_add(digit) };
    }

    pub(super) fn values(&self) -> &[i32] {
        &self.values[..self.len]
    }

    pub(super) fn get(&self, at: usize) -> i32 {
        self.values().get(at).copied().unwrap_or(0)
    }

    /// The first as a count: 0 is 1.
    pub(super) fn count(&self) -> usize {
        self.get(0).max(1) as usize
    }

    pub(super) fn subs(&self, at: usize) -> &[i32] {
        if at >= self.len {
            return &[];
        }
        let (from, to) = self.ranges[at];
        &self.subs[usize::from(from)..usize::from(to)]
    }
}
