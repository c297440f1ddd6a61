//! Numbers and texts as bytes: big endian, lengths before contents, nothing read beyond the end.

/// Collects the bytes of a message.
#[derive(Debug, Default)]
pub(in crate::transfer) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(in crate::transfer) fn u8(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    pub(in crate::transfer) fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub(in crate::transfer) fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub(in crate::transfer) fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    /// At most 65,535 bytes of it.
    pub(in crate::transfer) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.u16(length);
        self.0.extend(&value[..usize::from(length)]);
        self
    }

    pub(in crate::transfer) fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    pub(in crate::transfer) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Takes a message apart; `None` where it is too short.
#[derive(Debug, Clone, Copy)]
pub(in crate::transfer) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(in crate::transfer) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(in crate::transfer) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(in crate::transfer) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(in crate::transfer) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(in crate::transfer) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(in crate::transfer) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(length.into())
    }

    pub(in crate::transfer) fn text(&mut self) -> Option<String> {
        self.bytes()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Whether everything was read.
    pub(in crate::transfer) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
