// A page of MUI's components, rendered on a server, with the styles that @emotion/server extracts.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export default function page() {
  const { createElement: h, Fragment } = require('react');
  const { renderToString } = require('react-dom/server');
  const createCache = require('@emotion/cache').default;
  const createServer = require('@emotion/server/create-instance').default;
  const { CacheProvider } = require('@emotion/react');
  const mui = require('@mui/material');
  const {
    Accordion, AccordionDetails, AccordionSummary, Alert, AlertTitle, AppBar, Avatar, AvatarGroup, Badge, BottomNavigation, BottomNavigationAction, Box, Breadcrumbs, Button, ButtonGroup, Card, CardActions, CardContent, CardHeader, CardMedia,
    Checkbox, Chip, CircularProgress, Container, CssBaseline, Divider, Fab, FormControl, FormControlLabel, FormGroup, FormHelperText, FormLabel, Grid, IconButton, ImageList, ImageListItem, ImageListItemBar, InputAdornment, InputLabel, LinearProgress, Link,
    List, ListItem, ListItemAvatar, ListItemButton, ListItemIcon, ListItemText, ListSubheader, MenuItem, MenuList, MobileStepper, NativeSelect, OutlinedInput, Pagination, Paper, Radio, RadioGroup, Rating, Select, Skeleton, Slider, SnackbarContent,
    Stack, Step, StepContent, StepLabel, Stepper, SvgIcon, Switch, Tab, Table, TableBody, TableCell, TableContainer, TableHead, TablePagination, TableRow, TableSortLabel, Tabs, TextField, ThemeProvider, ToggleButton, ToggleButtonGroup, Toolbar, Typography,
  } = mui;
  const theme = mui.createTheme({ cssVariables: true, colorSchemes: { light: true, dark: true }, palette: { primary: { main: '#00695c' } }, shape: { borderRadius: 6 } });
  const each = (list, make) => list.map((item, at) => h(Fragment, { key: at }, make(item, at)));
  const icon = h(SvgIcon, null, h('path', { d: 'M0 0h24v24z' }));
  const COLOURS = ['primary', 'secondary', 'success', 'error', 'warning', 'info'];

  const bar = h(AppBar, { position: 'sticky', enableColorOnDark: true }, h(Toolbar, { variant: 'dense' }, h(IconButton, { edge: 'start', color: 'inherit' }, icon), h(Typography, { variant: 'h6', sx: { flexGrow: 1, display: { xs: 'none', sm: 'block' } } }, 'Harbour'), h(Button, { color: 'inherit' }, 'Login'), h(Badge, { badgeContent: 4, color: 'error' }, icon)));
  const buttons = h(Stack, { spacing: { xs: 1, md: 2 }, direction: { xs: 'column', md: 'row' }, useFlexGap: true, sx: { flexWrap: 'wrap' } },
    ...each(COLOURS, (color) => [h(Button, { key: 1, variant: 'contained', color, size: 'small' }, color), h(Button, { key: 2, variant: 'outlined', color, startIcon: icon }, color), h(Chip, { key: 3, color, label: color, onDelete() {}, variant: 'outlined' }), h(Fab, { key: 4, color, size: 'small' }, icon)]),
    h(Button, { disabled: true, variant: 'contained', loading: true }, 'Wait'), h(ButtonGroup, { variant: 'contained' }, h(Button, null, '1'), h(Button, null, '2')), h(ToggleButtonGroup, { value: 'a', exclusive: true }, h(ToggleButton, { value: 'a' }, 'a'), h(ToggleButton, { value: 'b' }, 'b')));
  const form = h(FormGroup, null,
    ...each(['outlined', 'filled', 'standard'], (variant) => h(TextField, { variant, label: variant, defaultValue: 'text', helperText: 'Help', required: true, error: variant === 'filled', margin: 'dense', id: variant, slotProps: { input: { startAdornment: h(InputAdornment, { position: 'start' }, 'kg') } } })),
    h(TextField, { label: 'Lines', multiline: true, minRows: 2, id: 'lines' }),
    h(FormControl, { fullWidth: true, size: 'small' }, h(InputLabel, { id: 'sl' }, 'Age'), h(Select, { labelId: 'sl', value: 10, label: 'Age' }, h(MenuItem, { value: 10 }, 'Ten'))), h(NativeSelect, { defaultValue: 1 }, h('option', { value: 1 }, 'One')),
    h(FormControl, { error: true, disabled: true }, h(FormLabel, null, 'Kind'), h(RadioGroup, { row: true, value: 'a', name: 'kind' }, h(FormControlLabel, { value: 'a', control: h(Radio), label: 'A' }), h(FormControlLabel, { value: 'b', control: h(Radio, { color: 'secondary' }), label: 'B', labelPlacement: 'start' })), h(FormHelperText, null, 'Wrong')),
    h(FormControlLabel, { control: h(Checkbox, { defaultChecked: true, color: 'success' }), label: 'Check' }), h(FormControlLabel, { control: h(Switch, { defaultChecked: true, color: 'warning' }), label: 'Switch' }), h(Switch, { size: 'small' }),
    h(Slider, { defaultValue: 30, marks: true, step: 10, valueLabelDisplay: 'on', min: 0, max: 50 }), h(Slider, { orientation: 'vertical', size: 'small', defaultValue: [1, 5] }), h(Rating, { value: 2.5, precision: 0.5, readOnly: true, name: 'rate' }), h(OutlinedInput, { placeholder: 'empty', sx: { '&:hover': { bgcolor: 'action.hover' }, '& input::placeholder': { opacity: 0.3 } } }));
  const cards = h(Grid, { container: true, spacing: 2, columns: { xs: 4, md: 12 } }, ...each(COLOURS, (color, at) => h(Grid, { size: { xs: 4, md: 4 } }, h(Card, { elevation: at * 4, sx: { borderRadius: 2, ':hover': { boxShadow: 8 }, '@media print': { boxShadow: 0 } } },
    h(CardHeader, { avatar: h(Avatar, { sx: { bgcolor: `${color}.main` } }, color[0]), title: color, subheader: 'Under' }), h(CardMedia, { image: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=', sx: { height: 40 } }), h(CardContent, null, h(Typography, { variant: 'body2', color: 'text.secondary', noWrap: true, gutterBottom: true }, 'Some text here')), h(CardActions, null, h(Button, { size: 'small', color }, 'Go'))))));
  const table = h(TableContainer, { component: Paper, variant: 'outlined' }, h(Table, { size: 'small', stickyHeader: true }, h(TableHead, null, h(TableRow, null, ...each(['Ship', 'Tons', 'Flag'], (name) => h(TableCell, { align: name === 'Tons' ? 'right' : 'left' }, h(TableSortLabel, { active: name === 'Ship', direction: 'desc' }, name))))),
    h(TableBody, null, ...each([1, 2, 3, 4], (n) => h(TableRow, { hover: true, selected: n === 2, sx: { '&:last-child td, &:last-child th': { border: 0 } } }, h(TableCell, { component: 'th', scope: 'row', padding: 'checkbox' }, h(Checkbox, { size: 'small', indeterminate: n === 3 })), h(TableCell, { align: 'right' }, n), h(TableCell, null, 'x'))))),
    h(TablePagination, { component: 'div', count: 100, page: 2, rowsPerPage: 10, onPageChange() {} }));
  const lists = h(Stack, { direction: 'row', divider: h(Divider, { orientation: 'vertical', flexItem: true }) },
    h(List, { dense: true, subheader: h(ListSubheader, null, 'Crew'), sx: { width: '100%', maxWidth: 360, bgcolor: 'background.paper' } }, ...each(['Ada', 'Bo', 'Cy'], (name, at) => [h(ListItem, { key: 1, alignItems: 'flex-start', secondaryAction: icon }, h(ListItemAvatar, null, h(Avatar, { variant: 'rounded' }, name[0])), h(ListItemText, { primary: name, secondary: 'mate' })), h(ListItemButton, { key: 2, selected: at === 1, disabled: at === 2 }, h(ListItemIcon, null, icon), h(ListItemText, { inset: true, primary: name })), h(Divider, { key: 3, variant: 'inset', component: 'li' })])),
    h(Paper, null, h(MenuList, { dense: true }, h(MenuItem, { divider: true }, 'Copy'), h(MenuItem, { disabled: true }, 'Paste'), h(MenuItem, { selected: true }, 'Cut'))));
  const parts = h(Box, { sx: { p: { xs: 1, lg: 4 }, display: 'grid', gap: 2, color: 'text.primary', typography: 'body1' } },
    ...each(['success', 'info', 'warning', 'error'], (severity, at) => h(Alert, { severity, variant: ['standard', 'outlined', 'filled'][at % 3], onClose() {} }, h(AlertTitle, null, severity), 'Text')),
    h(Accordion, { defaultExpanded: true }, h(AccordionSummary, { expandIcon: icon }, 'Open'), h(AccordionDetails, null, 'Text')), h(Accordion, { disabled: true }, h(AccordionSummary, null, 'Shut'), h(AccordionDetails, null, 'Text')),
    h(Tabs, { value: 1, variant: 'scrollable', textColor: 'secondary', indicatorColor: 'secondary' }, h(Tab, { label: 'One' }), h(Tab, { label: 'Two', icon, iconPosition: 'start' }), h(Tab, { label: 'Three', disabled: true })), h(Breadcrumbs, null, h(Link, { href: '#', underline: 'hover' }, 'Home'), h(Typography, null, 'Port')),
    h(Pagination, { count: 10, page: 3, color: 'primary', variant: 'outlined', shape: 'rounded' }), h(Stepper, { activeStep: 1, alternativeLabel: true }, ...each(['a', 'b', 'c'], (name) => h(Step, null, h(StepLabel, { error: name === 'c', optional: 'maybe' }, name)))), h(Stepper, { orientation: 'vertical' }, h(Step, null, h(StepLabel, null, 'v'), h(StepContent, null, 'content'))), h(MobileStepper, { steps: 4, position: 'static', variant: 'progress', nextButton: null, backButton: null }),
    h(LinearProgress), h(LinearProgress, { variant: 'buffer', value: 40, valueBuffer: 60, color: 'secondary' }), h(CircularProgress, { color: 'success' }), h(CircularProgress, { variant: 'determinate', value: 60 }), h(Skeleton, { variant: 'circular', width: 20, height: 20 }), h(Skeleton, { animation: 'wave' }), h(SnackbarContent, { message: 'Saved', action: 'undo' }), h(AvatarGroup, { max: 3 }, ...['A', 'B', 'C', 'D'].map((name) => h(Avatar, { key: name }, name))), h(BottomNavigation, { showLabels: true, value: 0 }, h(BottomNavigationAction, { label: 'Home', icon }), h(BottomNavigationAction, { label: 'Near', icon })),
    h(ImageList, { cols: 2, rowHeight: 30 }, h(ImageListItem, null, h('i', null, 'img'), h(ImageListItemBar, { title: 'Bar', subtitle: 'sub' }))), ...each(['h1', 'h2', 'subtitle1', 'overline', 'caption', 'button'], (variant) => h(Typography, { variant, component: 'p' }, variant)));
  const app = h(ThemeProvider, { theme }, h(CssBaseline, { enableColorScheme: true }), bar, h(Container, { maxWidth: 'lg' }, buttons, form, cards, table, lists, parts));

  const cache = createCache({ key: 'css' });
  const { extractCritical } = createServer(cache);
  const { html, css } = extractCritical(renderToString(h(CacheProvider, { value: cache }, app)));
  return { css, body: html };
}
