"""Anonymous surveys: instruments, the checking of an answer sheet, figures of a round and what of them may be published."""
