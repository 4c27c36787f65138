//! The test kit of Parlor.
