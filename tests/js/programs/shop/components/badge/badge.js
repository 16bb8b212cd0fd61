Component({ properties: { label: String }, data: { seen: 1 }, methods: { look() { this.setData({ seen: this.data.seen + 1 }); return this.data.seen; } } });
