// A page of antd's components, rendered on a server, with the styles that @ant-design/cssinjs extracts.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export default function page() {
  const { createElement: h, Fragment } = require('react');
  const { renderToString } = require('react-dom/server');
  const { createCache, extractStyle, StyleProvider } = require('@ant-design/cssinjs');
  const antd = require('antd');
  const dayjs = require('dayjs');
  const {
    Alert, Anchor, Avatar, Badge, Breadcrumb, Button, Calendar, Card, Cascader, Checkbox, Col, Collapse, ColorPicker, ConfigProvider, DatePicker, Descriptions, Divider, Empty, Flex, FloatButton, Form, Image, Input, InputNumber,
    Layout, Menu, Pagination, Progress, Radio, Rate, Result, Row, Segmented, Select, Skeleton, Slider, Space, Spin, Statistic, Steps, Switch, Table, Tabs, Tag, Timeline, Transfer, Tree, Typography, Upload,
  } = antd;
  const day = dayjs('2024-05-06');
  const options = ['Ada', 'Bo', 'Cy'].map((label) => ({ label, value: label }));
  const each = (list, make) => list.map((item, at) => h(Fragment, { key: at }, make(item, at)));
  const menu = ['Home', 'Ships', 'Crew'].map((label) => ({ key: label, label, children: label === 'Ships' ? [{ key: 'a', label: 'Sail' }, { type: 'divider' }, { key: 'b', label: 'Motor', danger: true }] : undefined }));

  const buttons = h(Space, { wrap: true }, ...each(['primary', 'default', 'dashed', 'text', 'link'], (type) => [
    h(Button, { key: 1, type }, type), h(Button, { key: 2, type, danger: true, size: 'small' }, type), h(Button, { key: 3, type, disabled: true, size: 'large' }, type), h(Button, { key: 4, type, loading: true, shape: 'round' }, type),
  ]), h(Button, { color: 'purple', variant: 'filled', block: true }, 'Block'));
  const rows = ['Ada', 'Bo', 'Cy', 'Di'].map((name, at) => ({ key: at, name, tons: at * 11, tags: ['old', 'new'] }));
  const columns = [
    { title: 'Name', dataIndex: 'name', sorter: true, fixed: 'left', width: 90 },
    { title: 'Tons', dataIndex: 'tons', align: 'right', filters: [{ text: 'x', value: 'x' }] },
    { title: 'Tags', dataIndex: 'tags', ellipsis: true, render: (tags) => tags.map((tag) => h(Tag, { key: tag, color: tag === 'new' ? 'green' : 'volcano' }, tag)) },
  ];
  const table = h(Table, { columns, dataSource: rows, bordered: true, size: 'middle', rowSelection: { type: 'checkbox', selectedRowKeys: [1] }, expandable: { expandedRowRender: () => 'more', defaultExpandedRowKeys: [0] }, title: () => 'Ships', footer: () => 'End', pagination: { pageSize: 2, showSizeChanger: true } });
  const form = h(Form, { layout: 'horizontal', labelCol: { span: 6 }, initialValues: { mail: 'a@b' } },
    h(Form.Item, { label: 'Mail', name: 'mail', rules: [{ required: true }], extra: 'Never shared', hasFeedback: true, validateStatus: 'error', help: 'Wrong' }, h(Input, { prefix: '@', allowClear: true })),
    h(Form.Item, { label: 'Secret', validateStatus: 'warning', tooltip: 'Tip' }, h(Input.Password, { placeholder: 'secret' })),
    h(Form.Item, { label: 'Search' }, h(Input.Search, { enterButton: true, addonBefore: 'ship' })),
    h(Form.Item, { label: 'Text' }, h(Input.TextArea, { rows: 2, showCount: true, maxLength: 20, variant: 'filled' })),
    h(Form.Item, { label: 'Number' }, h(InputNumber, { min: 1, defaultValue: 3, suffix: 't' })),
    h(Form.Item, { label: 'Pick' }, h(Select, { options, mode: 'multiple', defaultValue: ['Ada', 'Bo'] }), h(Select, { options, defaultValue: 'Cy', status: 'error', disabled: true }), h(Cascader, { options, placeholder: 'Cascade' })),
    h(Form.Item, { label: 'Dates' }, h(DatePicker, { defaultValue: day }), h(DatePicker.RangePicker, { defaultValue: [day, day.add(3, 'day')] })),
    h(Form.Item, { label: 'Choose' }, h(Checkbox, { indeterminate: true }, 'Some'), h(Checkbox.Group, { options, defaultValue: ['Bo'] }), h(Radio.Group, { options, defaultValue: 'Ada', optionType: 'button', buttonStyle: 'solid' }), h(Radio, { checked: true }, 'One'), h(Switch, { defaultChecked: true, checkedChildren: 'on' }), h(Switch, { size: 'small', loading: true })),
    h(Form.Item, { label: 'Slide' }, h(Slider, { range: true, defaultValue: [20, 50], marks: { 0: '0', 100: '100' } }), h(Rate, { allowHalf: true, defaultValue: 2.5 }), h(Segmented, { options: ['Day', 'Week'] }), h(ColorPicker, { showText: true }), h(Upload, null, h(Button, null, 'Upload'))));
  const shows = h(Row, { gutter: [16, 16] },
    h(Col, { xs: 24, md: 12 }, h(Card, { title: 'Card', extra: 'more', hoverable: true, actions: ['a', 'b'], cover: h('i', null, 'cover') }, h(Card.Meta, { avatar: h(Avatar, null, 'A'), title: 'Meta', description: 'About' }))),
    h(Col, { xs: 24, md: 12 }, h(Card, { size: 'small', loading: true }), h(Descriptions, { bordered: true, title: 'Info', items: [{ key: 1, label: 'Name', children: 'Ada' }, { key: 2, label: 'Tons', children: 9 }] })),
    h(Col, { span: 24 }, h(Tabs, { items: options.map(({ label }) => ({ key: label, label, children: label })), type: 'card' }), h(Tabs, { items: options.map(({ label }) => ({ key: label, label, children: label })) }), h(Collapse, { defaultActiveKey: ['1'], items: [{ key: '1', label: 'Open', children: 'Text' }, { key: '2', label: 'Shut', children: 'Text' }] })),
    h(Col, { span: 24 }, h(Steps, { current: 1, status: 'error', items: [{ title: 'One', description: 'a' }, { title: 'Two' }, { title: 'Three' }] }), h(Timeline, { items: [{ children: 'a' }, { children: 'b', color: 'red' }] })),
    h(Col, { span: 24 }, ...each(['success', 'info', 'warning', 'error'], (type) => h(Alert, { type, message: type, description: 'Text', showIcon: true, closable: true }))),
    h(Col, { span: 24 }, h(Pagination, { total: 85, defaultCurrent: 3, showSizeChanger: true, showQuickJumper: true }), h(Progress, { percent: 30 }), h(Progress, { type: 'circle', percent: 75 }), h(Progress, { percent: 50, status: 'active', steps: 5 }), h(Spin), h(Skeleton, { active: true, avatar: true })),
    h(Col, { span: 24 }, h(Badge, { count: 5 }, h(Avatar, { shape: 'square' }, 'B')), h(Badge.Ribbon, { text: 'Ribbon' }, h('p', null, 'r')), h(Statistic, { title: 'Ships', value: 11223, precision: 2 }), h(Empty), h(Result, { status: 'success', title: 'Done' }), h(Divider, null, 'or'), h(Image, { width: 20, src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' })),
    h(Col, { span: 24 }, h(Tree, { checkable: true, defaultExpandAll: true, treeData: [{ title: 'Root', key: 'r', children: [{ title: 'Leaf', key: 'l' }] }] }), h(Transfer, { dataSource: options.map(({ label }) => ({ key: label, title: label })), targetKeys: ['Bo'], render: ({ title }) => title }), h(Calendar, { fullscreen: false, value: day })),
    h(Col, { span: 24 }, h(Typography.Title, { level: 2 }, 'Title'), h(Typography.Paragraph, { copyable: true, ellipsis: true }, 'Words ', h(Typography.Text, { type: 'secondary', code: true, mark: true }, 'code'), h(Typography.Link, { href: '#' }, 'link')), h(Anchor, { affix: false, items: [{ key: 1, href: '#a', title: 'A' }] })));
  const app = h(ConfigProvider, { theme: { token: { colorPrimary: '#00897b', borderRadius: 4 } } }, h(Layout, null,
    h(Layout.Header, null, h(Menu, { mode: 'horizontal', theme: 'dark', items: menu, defaultSelectedKeys: ['Home'] })),
    h(Layout, null, h(Layout.Sider, { theme: 'light' }, h(Menu, { mode: 'inline', items: menu, defaultOpenKeys: ['Ships'], defaultSelectedKeys: ['a'] })),
      h(Layout.Content, null, h(Breadcrumb, { items: [{ title: 'Home', href: '#' }, { title: 'Port' }] }), h(Flex, { vertical: true, gap: 'large' }, buttons, table, form, shows), h(FloatButton, { type: 'primary' }))),
    h(Layout.Footer, null, 'End')));

  const cache = createCache();
  const error = console.error;
  // Warnings about names that antd has renamed.
  console.error = () => {};
  const body = renderToString(h(StyleProvider, { cache }, app));
  console.error = error;
  return { css: extractStyle(cache, true), body };
}
