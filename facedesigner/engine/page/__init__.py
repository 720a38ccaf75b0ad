"""A drawing as it comes from a camera, a scanner or a paint program -> a clean page. One step a module, joined in
`cleaning`; window and command line prepare drawings with that alone."""
