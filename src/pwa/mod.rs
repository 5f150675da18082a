//! pwa
